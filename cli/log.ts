import { sleep } from '../core/clock.js';
import { isJsonObject, type Json } from '../core/json-value.js';
import { systemClock } from '../station/system-clock.js';
import { jsonText, type Lines } from './print.js';
import type { Session } from './session.js';

export type LogOptions = {
  readonly follow?: boolean;
  readonly level: string;
  readonly count: number;
  readonly json?: boolean;
  readonly signal: AbortSignal;
};

/** The log never feeds the bus, so following it means asking again. */
const FOLLOW_EVERY_MS = 1_000;

/** `busbar log`: the newest lines of the station's log; `--follow` goes on until Ctrl-C. */
export const log = async (session: Session, options: LogOptions, lines: Lines): Promise<void> => {
  let last = printEntries(await askFor(session, options), options, lines, 0);
  if (options.follow !== true) return;
  for (;;) {
    const isOver = await sleep(systemClock, FOLLOW_EVERY_MS, options.signal).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    last = printEntries(await askFor(session, options, last), options, lines, last);
  }
};

const askFor = async (
  { client, expect }: Session,
  { level, count }: LogOptions,
  afterIndex?: number,
): Promise<Json> => {
  const after = afterIndex === undefined ? {} : { afterIndex };
  return expect(
    await client.command({ manager: 'station', command: 'log', arguments: { level, limit: count, ...after } }),
  );
};

/** Returns the index of the last line printed. */
const printEntries = (reply: Json, { json }: LogOptions, { out }: Lines, before: number): number => {
  const entries = isJsonObject(reply) && Array.isArray(reply['entries']) ? (reply['entries'] as readonly Json[]) : [];
  let last = before;
  for (const entry of entries) {
    if (!isJsonObject(entry)) continue;
    out(json === true ? jsonText(entry) : entryLine(entry));
    last = Number(entry['index']);
  }
  return last;
};

const entryLine = ({ timeMs, level, message, fields }: { readonly [name: string]: Json }): string => {
  const words = isJsonObject(fields) ? Object.entries(fields).map(([name, value]) => `${name}=${jsonText(value)}`) : [];
  return [new Date(Number(timeMs)).toISOString(), wordOf(level).padEnd(5), wordOf(message), ...words].join(' ');
};

const wordOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
