import { isJsonObject, type Json, type JsonObject } from '../json-value.js';
import { parseJson } from '../wire/json.js';
import type { StationFrame } from './protocol.js';

type Sort = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'any';

const stamped = { manager: 'string', topic: 'string', epoch: 'number', seq: 'number', previous: 'number' } as const;

/** What a client relies on without asking again; the rest of a frame is the station's promise. */
const required: Readonly<Record<StationFrame['type'], Readonly<Record<string, Sort>>>> = {
  welcome: { protocol: 'number', station: 'string', epoch: 'number', peer: 'string', managers: 'array' },
  description: { managers: 'array' },
  snapshot: { readings: 'array' },
  pong: { timeMs: 'number' },
  error: { problem: 'object' },
  gap: { conflated: 'number', total: 'number' },
  goodbye: { reason: 'string' },
  reply: { ...stamped, command: 'object', value: 'any' },
  failure: { ...stamped, command: 'object', problem: 'object' },
  reading: { ...stamped, parameter: 'string', value: 'any', quality: 'string' },
  alarm: { ...stamped, alarm: 'string', isActive: 'boolean' },
  event: { ...stamped, event: 'string', details: 'object' },
};

/** Reads what a station has sent; undefined for what this client does not know, which a newer station may say. */
export const readStationFrame = (text: string): StationFrame | undefined => {
  const parsed = parseJson(text);
  if (parsed.type === 'bad' || !isJsonObject(parsed.value)) return undefined;
  const frame = parsed.value;
  const { type } = frame;
  if (typeof type !== 'string' || !isKnown(type) || !fits(frame, required[type])) return undefined;
  return frame as unknown as StationFrame;
};

const isKnown = (type: string): type is StationFrame['type'] => Object.hasOwn(required, type);

const fits = (frame: JsonObject, fields: Readonly<Record<string, Sort>>): boolean => {
  for (const name in fields) if (!isOf(fields[name], frame[name])) return false;
  return true;
};

const isOf = (sort: Sort | undefined, value: Json | undefined): boolean => {
  switch (sort) {
    case 'any':
      return value !== undefined;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    default:
      return typeof value === sort;
  }
};
