import { HardwareError } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import { isJsonObject } from '../../core/json-value.js';
import { isDeeperThan } from '../../core/wire/json-depth.js';

/** One channel as the command of an external unit prints it (psu-rest spec, 1.7). */
export type ListedChannel = {
  readonly index: number;
  readonly name: string;
  readonly voltage: number | null;
  readonly current: number | null;
  readonly state: boolean | null;
};

/** An array of flat objects has two. */
const MAX_DEPTH = 8;
const TOLD_CHARACTERS = 80;
/** More than any unit has; each becomes an output with its readings, shown to every client. */
const MAX_CHANNELS = 256;
/** Longer names fit no table. */
const MAX_NAME_LENGTH = 256;

/** Errors: DEVICE_FAULT in PSUDaemon's words, with what is wrong and where. */
export const readChannelList = (text: string): readonly ListedChannel[] => {
  if (isDeeperThan(text, MAX_DEPTH)) throw unusable('it is nested too deep');
  const list = parsed(text);
  if (!Array.isArray(list)) throw unusable(`it must be a JSON array, not ${told(text)}`);
  if (list.length > MAX_CHANNELS) throw unusable(`it has ${list.length} channels, the limit is ${MAX_CHANNELS}`);
  const channels = (list as readonly Json[]).map(channelOf);
  const twice = channels.find(({ index }, at) => channels.findIndex((other) => other.index === index) !== at);
  if (twice !== undefined) throw unusable(`there are two channels of the index ${twice.index}`);
  return channels;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(`it is no JSON: ${told(text)}`);
  }
};

const channelOf = (item: Json, at: number): ListedChannel => {
  if (!isJsonObject(item)) throw unusable(`item ${at} must be an object`);
  const { index, name, voltage, current, state } = item;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0)
    throw unusable(`item ${at}: index must be a whole number, 0 or more`);
  if (typeof name !== 'string') throw unusable(`item ${at}: name must be a text`);
  if (name.length > MAX_NAME_LENGTH)
    throw unusable(`item ${at}: name has ${name.length} characters, the limit is ${MAX_NAME_LENGTH}`);
  return {
    index,
    name,
    voltage: numberOf(voltage, `item ${at}: voltage`),
    current: numberOf(current, `item ${at}: current`),
    state: stateOf(state, at),
  };
};

const numberOf = (value: Json | undefined, what: string): number | null => {
  // JSON has no infinity, but 1e999 is read as one.
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw unusable(`${what} must be a number or null`);
};

/** Shell scripts find 0 and 1 easier. */
const stateOf = (value: Json | undefined, at: number): boolean | null => {
  if (value === null || typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw unusable(`item ${at}: state must be true or false`);
};

const told = (text: string): string => {
  const line = text.trim();
  return line === '' ? 'nothing at all' : JSON.stringify(line.slice(0, TOLD_CHARACTERS));
};

const unusable = (why: string): HardwareError =>
  new HardwareError('DEVICE_FAULT', `unable to parse monitoring output: ${why}`);
