import type { Json } from '../json-value.js';
import type { Output } from '../message.js';
import { printJson } from '../wire/print-json.js';
import type { ClientFrame, ServiceFrame } from './protocol.js';

/** The text of a frame. Never throws: a number that JSON cannot say (NaN, infinity) goes out as null.
 *  Binary data stays behind; `dataBytes` says how much it is. */
export const printFrame = (frame: ClientFrame | ServiceFrame | Output): string => {
  if (frame.type === 'snapshot') return printPlain({ ...frame, readings: frame.readings.map(withoutData) });
  return printPlain('data' in frame ? withoutData(frame) : frame);
};

const withoutData = (output: Output): object => {
  const { data, ...rest } = output;
  return data === undefined ? output : { ...rest, dataBytes: data.length };
};

/** Any plain value as JSON; NaN and infinity as null. */
export const printPlain = (frame: object | Json): string => {
  try {
    return JSON.stringify(frame);
  } catch {
    // A bigint: rare, and asking for it beforehand would cost every frame a walk.
    return printJson(finite(frame as Json), 'compact');
  }
};

/** JSON.stringify makes null of a NaN by itself; the printer that knows bigints refuses it. */
const finite = (value: Json): Json => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(finite);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item)]));
};
