import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { canonicalResource, type Resource } from '../../core/wire/visa-resource.js';
import type { Announcement } from './announcements.js';
import type { LocalAddress } from './interfaces.js';
import type { LocalDevice } from './local-devices.js';
import type { AskIdentity, Trial } from './trial.js';
import { tryDevices, type AskAs } from './try-devices.js';
import { tryHost } from './try-host.js';
import { waysTo, type Ways } from './ways.js';

export type SearchOptions = Ways & {
  /** Empty: look around, instead of at given places. */
  readonly hosts: readonly string[];
  /** Ask serial ports, at this rate; undefined: only list them. */
  readonly baudRate?: number;
};

/** What a search reaches the world by; tests play it. */
export type SearchContext = {
  readonly ask: AskIdentity;
  readonly localAddresses: readonly LocalAddress[];
  readonly searchMdns: (local: LocalAddress) => Promise<readonly Announcement[]>;
  readonly searchPortmappers: (local: LocalAddress) => Promise<readonly string[]>;
  readonly serialPorts: () => Promise<readonly LocalDevice[]>;
  readonly usbtmcDevices: () => Promise<readonly LocalDevice[]>;
  /** Who has it now; undefined: nobody that is known. */
  readonly usedBy: (resource: Resource) => string | undefined;
  readonly onProgress: (words: string) => void;
  readonly signal: AbortSignal;
};

export type SearchResult = {
  /** All that is not absent. */
  readonly trials: readonly Trial[];
  /** By hosts of whose services none was met. */
  readonly announced: readonly Announcement[];
  /** Serial ports that nobody uses, and that were not asked. */
  readonly serialPorts: readonly LocalDevice[];
};

/** Hosts at a time. With all ways to each at once these are some 400 sockets, far from what a process may have. */
const HOSTS_AT_ONCE = 32;
const WORDS_IN_A_SEARCH = 10;

type HostToTry = { readonly host: string; readonly announced: readonly Announcement[] };

/** Looks at the given places, or around. Every try is bounded in time, and so is their number at once. Aborted, it comes to
 *  what it has found by then. */
export const search = async (options: SearchOptions, context: SearchContext): Promise<SearchResult> => {
  const isAround = options.hosts.length === 0;
  const serialPorts = isAround || options.baudRate !== undefined ? await context.serialPorts() : [];
  const usbtmcDevices = isAround ? await context.usbtmcDevices() : [];
  const hosts = isAround ? await hostsAround(context) : options.hosts.map((host) => ({ host, announced: [] }));
  const ask = unlessUsed(context);
  const [onNetwork, onWires] = await Promise.all([
    tryHosts(hosts, options, ask, context),
    tryDevices({ serialPorts, usbtmcDevices, baudRate: options.baudRate }, { ask, usedBy: context.usedBy }),
  ]);
  const trials = [...onNetwork, ...onWires.trials].filter(({ type }) => type !== 'absent');
  const heard = new Set(trials.flatMap(({ resource }) => ('host' in resource ? [resource.host] : [])));
  const announced = hosts.flatMap((tried) => (heard.has(tried.host) ? [] : tried.announced));
  return { trials, announced, serialPorts: onWires.notAsked };
};

/** What a station has is not asked: it would come between. */
const unlessUsed =
  ({ ask, usedBy, onProgress, signal }: SearchContext): AskAs =>
  async (target, otherNames = []) => {
    const { resource } = target;
    const by = [resource, ...otherNames].map(usedBy).find((user) => user !== undefined);
    if (by !== undefined) return { type: 'inUse', resource, by };
    const trial = await ask(target, signal);
    if (trial.type === 'answered') onProgress(`${canonicalResource(trial.resource)} answers`);
    return trial;
  };

const hostsAround = async (context: SearchContext): Promise<readonly HostToTry[]> => {
  const { localAddresses, searchMdns, searchPortmappers, onProgress } = context;
  onProgress(`looking around from ${localAddresses.map(({ address }) => address).join(', ') || 'no address at all'}`);
  const [announced, mapped] = await Promise.all([
    Promise.all(localAddresses.map(searchMdns)),
    Promise.all(localAddresses.map(searchPortmappers)),
  ]);
  const hosts = new Map<string, Announcement[]>(mapped.flat().map((host) => [host, []]));
  for (const announcement of announced.flat()) {
    const its = hosts.get(announcement.address) ?? [];
    its.push(announcement);
    hosts.set(announcement.address, its);
  }
  return [...hosts].map(([host, its]) => ({ host, announced: its }));
};

const tryHosts = async (
  hosts: readonly HostToTry[],
  ways: Ways,
  ask: AskAs,
  { signal, onProgress }: Pick<SearchContext, 'signal' | 'onProgress'>,
): Promise<readonly Trial[]> => {
  if (hosts.length > 0) onProgress(`asking at ${hosts.length} ${hosts.length === 1 ? 'address' : 'addresses'}`);
  const wordEvery = Math.max(HOSTS_AT_ONCE, Math.ceil(hosts.length / WORDS_IN_A_SEARCH));
  let done = 0;
  const tried = from(hosts).pipe(
    mergeMap(async ({ host, announced }) => {
      const trials = await tryHost(waysTo(host, ways, announced), ask, signal);
      done += 1;
      if (done % wordEvery === 0) onProgress(`${done} of ${hosts.length} addresses tried`);
      return trials;
    }, HOSTS_AT_ONCE),
    toArray(),
  );
  return (await lastValueFrom(tried)).flat();
};
