import { STATION } from '../../core/bus.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import { didYouMean } from '../../schemas/violation-text.js';
import type { PartConfigs } from './station-config.js';
import { pointerStep } from './yaml-tree.js';

/** What the schema of one part cannot know; `pointer` says where. */
export type Finding = { readonly pointer: string; readonly message: string };

/** The managers of a config: what each knows of its channels; undefined where it could not be built. */
export type KnownManagers = ReadonlyMap<string, HardwareManager | undefined>;

/** By convention of all kinds `manager` names a manager, and `blocks` maps foreign numbers to `manager/channel`. */
export const wrongReferences = (section: string, parts: PartConfigs, managers: KnownManagers): readonly Finding[] =>
  Object.entries(parts).flatMap(([name, { options }]) =>
    references(options, `/${section}/${pointerStep(name)}`).flatMap((reference) => {
      const { pointer, manager } = reference;
      const message = managers.has(manager)
        ? referenceProblem(reference, managers.get(manager))
        : unknownManager(manager, [...managers.keys()]);
      return message === undefined ? [] : [{ pointer, message }];
    }),
  );

const unknownManager = (manager: string, names: readonly string[]): string =>
  `there is no manager "${manager}"; there are: ${names.join(', ')}${didYouMean(manager, names)}`;

type Reference = {
  readonly type: 'manager' | 'block';
  readonly pointer: string;
  readonly manager: string;
  readonly channel?: string;
};

const referenceProblem = (reference: Reference, manager: HardwareManager | undefined): string | undefined =>
  (reference.type === 'block' ? blockProblem(reference, manager) : undefined) ??
  channelProblem(manager, reference.channel);

/** A block is one voltage: on a rack it needs the channel, and a manager without voltage has none. */
const blockProblem = ({ manager: name, channel }: Reference, manager: HardwareManager | undefined) => {
  if (name === STATION) return `a block is a voltage, and ${name} has none`;
  if (manager === undefined) return undefined;
  const { kind, channels, parameters } = manager.describe();
  if (parameters['voltage'] === undefined) return `a block is a voltage, and ${name} (${kind}) has none`;
  if (channel !== undefined || channels.length === 0) return undefined;
  return `a block is one channel of ${name}; write ${channels.map(({ id }) => `${name}/${id}`).join(' or ')}`;
};

/** A manager that learns its channels from the instrument cannot be asked yet. */
const channelProblem = (manager: HardwareManager | undefined, channel: string | undefined): string | undefined => {
  const channels = manager?.describe().channels ?? [];
  if (channel === undefined || channels.length === 0 || manager?.resolveChannel(channel) !== undefined)
    return undefined;
  return `${manager?.name ?? ''} has no channel "${channel}"; it has: ${channels.map(({ id }) => id).join(', ')}`;
};

const references = (options: JsonObject, pointer: string): readonly Reference[] =>
  Object.entries(options).flatMap(([key, value]) => {
    const place = `${pointer}/${pointerStep(key)}`;
    if (key === 'manager' && typeof value === 'string') return [{ type: 'manager', pointer: place, manager: value }];
    if (key === 'blocks' && isJsonObject(value)) return blockReferences(value, place);
    return isJsonObject(value) ? references(value, place) : [];
  });

const blockReferences = (blocks: JsonObject, pointer: string): readonly Reference[] =>
  Object.entries(blocks).flatMap(([block, address]) => {
    const [manager, channel] = typeof address === 'string' ? address.split('/') : [];
    if (manager === undefined) return [];
    const place = `${pointer}/${pointerStep(block)}`;
    return [{ type: 'block', pointer: place, manager, ...(channel === undefined ? {} : { channel }) }];
  });

type Port = { readonly pointer: string; readonly host: string; readonly port: number };

/** Two listeners that cannot both be had. Port 0 takes any free one. */
export const portConflicts = (connectors: PartConfigs): readonly Finding[] => {
  const ports = Object.entries(connectors).flatMap(([name, { options }]) =>
    portsOf(options, `/connectors/${pointerStep(name)}`),
  );
  return ports.flatMap(({ pointer, host, port }, index) => {
    const earlier = ports.slice(0, index).find((other) => other.port === port && overlap(other.host, host));
    if (earlier === undefined || port === 0) return [];
    const where = earlier.pointer.slice(1).replaceAll('/', '.');
    return [{ pointer, message: `${host}:${port} is taken by ${where}; give one of them another port` }];
  });
};

const portsOf = (options: JsonObject, pointer: string): readonly Port[] => {
  const { host = '127.0.0.1', port } = options;
  if (typeof port === 'number' && typeof host === 'string') return [{ pointer: `${pointer}/port`, host, port }];
  return Object.entries(options).flatMap(([key, value]) => {
    const found = endpointOf(value);
    return found === undefined ? [] : [{ pointer: `${pointer}/${pointerStep(key)}`, ...found }];
  });
};

const ENDPOINT = /^tcp:\/\/(.+):([0-9]+)$/;

const endpointOf = (value: Json): { readonly host: string; readonly port: number } | undefined => {
  const [, host, port] = typeof value === 'string' ? (ENDPOINT.exec(value) ?? []) : [];
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
};

const everyAddress = ['0.0.0.0', '::', '*'];

const overlap = (a: string, b: string): boolean => a === b || everyAddress.includes(a) || everyAddress.includes(b);
