import type { Json } from '../../core/json-value.js';
import type { Reading } from '../../core/message.js';
import { pythonFloat } from './python-float.js';

/** Which generation of answers: `newer` is what the client and the exporter read, `older` what the README prints, `both`
 *  the newer ones with the older keys beside them where these do not collide (psu-rest spec, 1.1). */
export type Shape = 'newer' | 'older' | 'both';

export type UnitIdentity = {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly revision: string | null;
};

/** A unit as a route sees it. */
export type UnitFacts = {
  readonly name: string;
  /** As configured. */
  readonly model: string;
  readonly uri: string | null;
  readonly isOnline: boolean;
  readonly identity: UnitIdentity;
};

/** One channel of a unit with what was last read of it: by our parameter names. */
export type ChannelFacts = { readonly index: number; readonly readings: ReadonlyMap<string, Reading> };

export const unknownIdentity: UnitIdentity = { manufacturer: null, model: null, serial: null, revision: null };

const text = (value: string | null): string => JSON.stringify(value);

/** PSUModel, compact JSON. */
export const printUnit = ({ name, model, uri, isOnline }: UnitFacts): string =>
  `{"name":${text(name)},"model":${text(model)},"uri":${text(uri)},"online":${isOnline}}`;

/** What every channel must have to be shown; a channel of which one is not good is not there. */
const REQUIRED = ['enabled', 'current', 'voltage'] as const;
const LIMITS = ['currentLimit', 'voltageSetpoint'] as const;

/** The reason why a channel cannot be shown; undefined: it can. */
export const notShowable = ({ readings }: ChannelFacts): string | undefined => {
  for (const parameter of [...REQUIRED, ...LIMITS]) {
    const reading = readings.get(parameter);
    if (reading === undefined && isLimit(parameter)) continue;
    if (reading === undefined) return `${parameter} has not been read yet`;
    if (reading.quality === 'bad') return reading.problem?.message ?? `${parameter} could not be read`;
    if (reading.quality === 'stale') return `${parameter} is too old to trust`;
  }
  return undefined;
};

const isLimit = (parameter: string): boolean => (LIMITS as readonly string[]).includes(parameter);

/** When the oldest of what is shown was read, epoch ms. */
export const oldestOf = ({ readings }: ChannelFacts): number =>
  Math.min(...[...REQUIRED, ...LIMITS].map((parameter) => readings.get(parameter)?.timeMs ?? Infinity));

const number = (value: Json | undefined): string => (typeof value === 'number' ? pythonFloat(value) : 'null');

type Fields = readonly (readonly [key: string, printed: string])[];

const newerFields = (unit: UnitFacts, { index, readings }: ChannelFacts): Fields => {
  const value = (parameter: string): Json | undefined => readings.get(parameter)?.value;
  const { manufacturer, model, serial, revision } = unit.identity;
  return [
    ['index', String(index)],
    ['name', text(nameOf(index, value('name')))],
    ['psu.name', text(unit.name)],
    ['state', String(value('enabled') === true)],
    ['current', number(value('current'))],
    ['voltage', number(value('voltage'))],
    ['current_limit', number(value('currentLimit'))],
    ['voltage_limit', number(value('voltageSetpoint'))],
    ['psu.idn.manufacturer', text(manufacturer)],
    ['psu.idn.model', text(model)],
    ['psu.idn.serial', text(serial)],
    ['psu.idn.revision', text(revision)],
  ];
};

/** Keys of the older generation; those that mean the same have the same name. */
const olderFields = (unit: UnitFacts, channel: ChannelFacts, isMonitoring: boolean): Fields => {
  const newer = new Map(newerFields(unit, channel));
  const same = (key: string): readonly [string, string] => [key, newer.get(key) ?? 'null'];
  const common: Fields = [
    same('index'),
    same('name'),
    ['model', text(unit.model)],
    same('current'),
    same('current_limit'),
    same('state'),
    same('voltage'),
    same('voltage_limit'),
    ['psu', text(unit.name)],
  ];
  if (!isMonitoring) return common;
  return [...common, ['online', String(unit.isOnline)], ['idn', JSON.stringify(unit.identity)]];
};

const nameOf = (index: number, value: Json | undefined): string => (typeof value === 'string' ? value : `CH${index}`);

/** ChannelModel, compact JSON in the order of the original; `isMonitoring`: as an item of `/monitoring/channels`. */
export const printChannel = (unit: UnitFacts, channel: ChannelFacts, shape: Shape, isMonitoring: boolean): string => {
  const newer = shape === 'older' ? [] : newerFields(unit, channel);
  const older = shape === 'newer' ? [] : olderFields(unit, channel, isMonitoring);
  const fields = new Map([...newer, ...older]);
  return `{${[...fields].map(([key, printed]) => `${text(key)}:${printed}`).join(',')}}`;
};

/** `/units/{psu}/channels`: the one answer whose two generations collide, an array or an object by channel number. */
export const printChannels = (unit: UnitFacts, channels: readonly ChannelFacts[], shape: Shape): string => {
  if (shape !== 'older') return `[${channels.map((channel) => printChannel(unit, channel, shape, false)).join(',')}]`;
  return `{${channels.map((channel) => `"${channel.index}":${printChannel(unit, channel, shape, false)}`).join(',')}}`;
};

/** The 404 of a channel that a unit does not have, in the words of each generation. */
export const noSuchChannel = (unit: string, index: bigint, indices: readonly number[], shape: Shape): string =>
  shape === 'older'
    ? `channel out of range: ${index} not in [${indices.join(', ')}]`
    : `psu ${unit} has no channel ${index}`;
