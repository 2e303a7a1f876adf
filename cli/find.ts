import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { HardwareError } from '../core/errors.js';
import { createAskIdentity } from '../station/find/ask-identity.js';
import { deviceTree } from '../station/find/device-tree.js';
import { isEmpty, jsonObjects, yamlLines } from '../station/find/find-report.js';
import { foundInstruments } from '../station/find/found-instruments.js';
import { hostsIn, usedBy } from '../station/find/in-use.js';
import type { LocalAddress } from '../station/find/interfaces.js';
import { serialPorts, usbtmcDevices } from '../station/find/local-devices.js';
import { otherSerialPorts } from '../station/find/other-serial-ports.js';
import { hostsOf } from '../station/find/place.js';
import { chosenPorts, usualPorts } from '../station/find/scpi-ports.js';
import { search, type SearchContext } from '../station/find/search.js';
import { searchMdns, searchPortmappers, type NetworkSearch } from '../station/find/search-network.js';
import { openUdp } from '../station/find/udp.js';
import { usbInstruments } from '../managers/links/usbtmc/usbtmc-lookup.js';
import { heldInstruments } from '../station/state/held-instruments.js';
import { driverFiles } from '../station/driver-files.js';
import { systemClock } from '../station/system-clock.js';
import { CliError } from './exit.js';
import { jsonText, type Lines } from './print.js';
import { askStation, type StationUse } from './station-use.js';

export type FindOptions = {
  /** Raw sockets instead of the usual ones. */
  readonly port?: readonly number[];
  readonly hislip?: number;
  readonly portmapper?: number;
  readonly interface?: string;
  readonly timeout: number;
  readonly serial?: boolean;
  readonly baud: number;
  readonly json?: boolean;
  readonly url: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly signal: AbortSignal;
};

const HISLIP_PORT = 4_880;
/** Those who answer to everybody wait a moment, so that not all answer at once. */
const LOOK_AROUND_MS = 1_500;

/** `busbar find`: what answers, with the lines to paste into a config. Data goes to `out`, progress to `err`. */
export const find = async (places: readonly string[], options: FindOptions, lines: Lines): Promise<void> => {
  const { signal } = options;
  setMaxListeners(0, signal); // each try listens to it, and hundreds are under way
  const say = (words: string): void => {
    lines.err(`busbar find: ${words}`);
  };
  const hosts = await known(
    asUsage(() => hostsOf(places)),
    say,
  );
  if (places.length > 0 && hosts.length === 0) throw new CliError('unreachable', 'none of these hosts is known');
  const files = driverFiles.names().map((name) => driverFiles.read(name));
  const station = await askStation(options.url);
  const baudRate = options.serial === true ? options.baud : undefined;
  const result = await search(
    {
      hosts,
      ports: options.port === undefined ? usualPorts(files) : chosenPorts(options.port),
      hislipPort: options.hislip ?? HISLIP_PORT,
      ...(baudRate === undefined ? {} : { baudRate }),
    },
    { ...roundabout(options, say), usedBy: await userOf(station, hosts, options), onProgress: say, signal },
  );
  const instruments = foundInstruments(result.trials, files, station.managers);
  const findings = { instruments, result, ...(baudRate === undefined ? {} : { baudRate }) };
  if (options.json === true) for (const found of jsonObjects(findings)) lines.out(asciiJson(found));
  else for (const line of yamlLines(findings)) lines.out(line);
  if (signal.aborted) say('was interrupted; this is what it had found by then');
  if (isEmpty(findings)) throw new CliError('unreachable', nothingFound(places));
};

/** What is looked at where no place is named, and how each is asked. */
const roundabout = (
  { timeout, portmapper, interface: only, signal }: FindOptions,
  onProblem: (words: string) => void,
): Omit<SearchContext, 'usedBy' | 'onProgress' | 'signal'> => {
  const clock = systemClock;
  const random = Math.random;
  const locals = localAddresses(only);
  const network: NetworkSearch = { clock, random, openUdp, limitMs: LOOK_AROUND_MS, signal, onProblem };
  return {
    ask: createAskIdentity({
      clock,
      random,
      limitMs: timeout,
      ...(portmapper === undefined ? {} : { portmapperPort: portmapper }),
    }),
    localAddresses: locals,
    // Nobody announces anything to this computer alone, unless one is looking there.
    searchMdns: (local) => (local.internal && only === undefined ? Promise.resolve([]) : searchMdns(local, network)),
    searchPortmappers: (local) => searchPortmappers(local, network, portmapper),
    serialPorts: async () => {
      if (process.platform === 'linux') return serialPorts(deviceTree);
      return otherSerialPorts().catch((thrown: unknown) => {
        onProblem(`serial ports cannot be listed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        return [];
      });
    },
    usbtmcDevices: async () => usbtmcDevices(await usbInstruments()),
  };
};

const localAddresses = (only: string | undefined): readonly LocalAddress[] => {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4');
  const wanted = only === undefined ? all : all.filter(({ address }) => address === only);
  if (only !== undefined && wanted.length === 0) {
    const there = all.map(({ address }) => address).join(', ');
    throw new CliError('usage', `--interface ${only}: this computer has the addresses ${there}`);
  }
  return wanted;
};

/** The hosts that have an address; of the others one line each. */
const known = async (hosts: readonly string[], say: (words: string) => void): Promise<readonly string[]> => {
  const addresses = await Promise.all(hosts.map(addressOf));
  return hosts.filter((host, index) => {
    if (addresses[index] === undefined) say(`nobody knows the host ${host}`);
    return addresses[index] !== undefined;
  });
};

/** Asks the resolver for names alone. */
const addressOf = async (host: string): Promise<string | undefined> => {
  if (/^[\d.]+$/.test(host)) return host;
  return lookup(host, { family: 4 }).then(
    ({ address }) => address,
    () => undefined,
  );
};

/** Who uses what: as the station says, and as the locks in its state directory say. */
const userOf = async (
  station: StationUse,
  hosts: readonly string[],
  { env }: FindOptions,
): Promise<SearchContext['usedBy']> => {
  const state = env['BUSBAR_STATE'] || 'busbar-state';
  const locks = resolve(env['BUSBAR_LOCKS'] || join(state, 'instruments'));
  const held = [...station.held, ...heldInstruments(locks)];
  const names = [...new Set([...hosts, ...hostsIn(held)])];
  const addresses = new Map(
    await Promise.all(names.map(async (host) => [host, (await addressOf(host)) ?? host] as const)),
  );
  return usedBy(held, {
    addressOf: (host) => addresses.get(host) ?? host,
    fileOf: (path) => deviceTree.real(path) ?? path,
  });
};

const nothingFound = (places: readonly string[]): string =>
  places.length === 0
    ? 'nothing was found; instruments that announce nothing are found by their address: busbar find 10.0.0.0/24'
    : `nothing answers at ${places.join(' ')}; is it switched on, is its remote control (LAN) switched on, is there ` +
      'another port (--port)?';

const asUsage = <T>(read: () => T): T => {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof HardwareError) throw new CliError('usage', thrown.message);
    throw thrown;
  }
};

/** A terminal shall obey none of it. */
const asciiJson = (value: Parameters<typeof jsonText>[0]): string =>
  jsonText(value).replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
