import type { LogFields } from '../../core/log.js';
import type { Json } from '../../core/json-value.js';
import type { LogLevel } from '../config/station-config.js';

export const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** True when `level` is at least as severe as `least`. */
export const isWithin = (level: LogLevel, least: LogLevel): boolean =>
  logLevels.indexOf(level) <= logLevels.indexOf(least);

/** One line of the log: the message is a constant, what varies is in the fields. */
export type LogEntry = {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
};

const MAX_FIELD_CHARACTERS = 4_096;

/** One JSON object, no line end inside; the names `time`, `level` and `message` are ours whatever the fields say. */
export const printJsonEntry = ({ timeMs, level, message, fields }: LogEntry): string => {
  const own = { time: new Date(timeMs).toISOString(), level, message };
  return JSON.stringify({ ...own, ...fields, ...own }, plain);
};

/** `2026-11-21T10:02:03.456Z info  listening connector=online url=tcp://127.0.0.1:5555` */
export const printTextEntry = ({ timeMs, level, message, fields }: LogEntry): string => {
  const words = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${fieldText(value)}`],
  );
  return [new Date(timeMs).toISOString(), level.padEnd(5), message, ...words].join(' ');
};

/** A bare word stays as it is; whatever could be taken for more than one word, or for a new line, is quoted. */
const fieldText = (value: Json): string => {
  if (typeof value === 'string' && /^[\w.:/@+%-]{1,256}$/.test(value)) return value;
  return JSON.stringify(value, plain);
};

const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' && value.length > MAX_FIELD_CHARACTERS)
    return `${value.slice(0, MAX_FIELD_CHARACTERS)}…`;
  return value;
};
