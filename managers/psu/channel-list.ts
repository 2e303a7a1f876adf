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

/** Errors: DEVICE_FAULT in PSUDaemon's words, with what is wrong and where. */
export const readChannelList = (text: string): readonly ListedChannel[] => {
  if (isDeeperThan(text, MAX_DEPTH)) throw unusable('it is nested too deep');
  const list = parsed(text);
  if (!Array.isArray(list)) throw unusable(`it must be a JSON array, not ${told(text)}`);
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
  if (typeof index !== 'number' || !Number.isSafeInteger(index))
    throw unusable(`item ${at}: index must be a whole number`);
  if (typeof name !== 'string') throw unusable(`item ${at}: name must be a text`);
  return {
    index,
    name,
    voltage: numberOf(voltage, `item ${at}: voltage`),
    current: numberOf(current, `item ${at}: current`),
    state: stateOf(state, at),
  };
};

const numberOf = (value: Json | undefined, what: string): number | null => {
  if (value === null || typeof value === 'number') return value;
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
