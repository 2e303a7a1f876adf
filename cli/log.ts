import { filter, firstValueFrom } from 'rxjs';
import { sleep } from '../core/clock.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json-value.js';
import type { Answer } from '../core/native/requests.js';
import type { LogLevel } from '../station/config/station-config.js';
import { isWithin, logLevels } from '../station/log/log-entry.js';
import { systemClock } from '../station/system-clock.js';
import { sayLosses } from './losses.js';
import { jsonText, type Lines } from './print.js';
import type { Session } from './session.js';

export type LogOptions = {
  readonly follow?: boolean;
  readonly level: LogLevel;
  readonly count: number;
  readonly json?: boolean;
  readonly signal: AbortSignal;
};

/** The log never feeds the bus, so following it means asking again. */
const FOLLOW_EVERY_MS = 1_000;
/** As many as the station remembers. */
const MAX_LINES = 1_000;
const ANSWER_LIMIT_MS = 10_000;

/** `busbar log`: the newest lines of the station's log; `--follow` goes on until Ctrl-C. */
export const log = async (session: Session, options: LogOptions, lines: Lines): Promise<void> => {
  const { level, count } = options;
  const page = pageOf(session.expect(await ask(session, { level, limit: count })));
  printEntries(page.entries, options, lines);
  if (options.follow === true) await follow(session, page.lastIndex, options, lines);
};

const follow = async (session: Session, begin: number, options: LogOptions, lines: Lines): Promise<void> => {
  const { client, expect } = session;
  const losses = sayLosses(session, lines);
  const stop = (): void => {
    client.stop();
  };
  options.signal.addEventListener('abort', stop, { once: true });
  let last = begin;
  let epoch = client.welcome?.epoch;
  while (await goesOn(session, options.signal)) {
    if (client.welcome?.epoch !== epoch) {
      lines.err('the station was restarted; its log begins anew');
      epoch = client.welcome?.epoch;
      last = 0;
    }
    // Every level is asked for: only numbers without holes show that lines are missing.
    const answer = await ask(session, { level: 'debug', limit: MAX_LINES, afterIndex: last });
    if (isLost(answer)) continue;
    const page = pageOf(expect(answer));
    const missed = page.entries.length === 0 ? page.lastIndex - last : Number(page.entries[0]?.['index']) - last - 1;
    if (missed > 0) lines.err(`${missed} ${missed === 1 ? 'line' : 'lines'} missed`);
    printEntries(
      page.entries.filter(({ level }) => isWithin(levelOf(level), options.level)),
      options,
      lines,
    );
    last = page.lastIndex;
  }
  losses.unsubscribe();
};

/** A while later, when there is a connection: true; false when it was stopped. */
const goesOn = async ({ client }: Session, signal: AbortSignal): Promise<boolean> => {
  const isOver = await sleep(systemClock, FOLLOW_EVERY_MS, signal).then(
    () => false,
    () => true,
  );
  if (isOver) return false;
  const { state } = await firstValueFrom(
    client.states.pipe(filter(({ state }) => state === 'open' || state === 'stopped')),
  );
  return state === 'open';
};

/** No answer because of the connection, which comes back by itself, or because we were stopped. */
const isLost = (answer: Answer<Json>): boolean =>
  answer.type === 'failure' && ['DISCONNECTED', 'TIMEOUT', 'ABORTED'].includes(answer.problem.code);

const ask = ({ client }: Session, query: JsonObject): Promise<Answer<Json>> =>
  client.command({ manager: 'station', command: 'log', arguments: query }, { timeoutMs: ANSWER_LIMIT_MS });

type Page = { readonly lastIndex: number; readonly entries: readonly JsonObject[] };

const pageOf = (reply: Json): Page => {
  const { lastIndex, entries } = isJsonObject(reply) ? reply : {};
  return { lastIndex: Number(lastIndex), entries: Array.isArray(entries) ? entries.filter(isJsonObject) : [] };
};

const printEntries = (entries: readonly JsonObject[], { json }: LogOptions, { out }: Lines): void => {
  for (const entry of entries) out(json === true ? jsonText(entry) : entryLine(entry));
};

const entryLine = ({ timeMs, level, message, fields }: JsonObject): string => {
  const words = isJsonObject(fields) ? Object.entries(fields).map(([name, value]) => `${name}=${jsonText(value)}`) : [];
  return [new Date(Number(timeMs)).toISOString(), wordOf(level).padEnd(5), wordOf(message), ...words].join(' ');
};

const levelOf = (level: Json | undefined): LogLevel => logLevels.find((known) => known === level) ?? 'error';

const wordOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
