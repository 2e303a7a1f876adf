import type { Subscription } from 'rxjs';
import type { Output } from '../core/message.js';
import { CliError } from './exit.js';
import { sayLosses } from './losses.js';
import { jsonText, outputLine, type Lines } from './print.js';
import type { Session } from './session.js';

export type WatchOptions = {
  readonly json?: boolean;
  /** End after this many lines. */
  readonly count?: number;
  /** Aborted by Ctrl-C, or when nobody reads our output any more. */
  readonly signal: AbortSignal;
};

/** `busbar watch hv/*\/voltage`: what is now, then every change, until stopped; reconnects by itself and says so. */
export const watch = async (
  session: Session,
  patterns: readonly string[],
  options: WatchOptions,
  lines: Lines,
): Promise<void> => {
  const { client, expect } = session;
  const subscriptions: Subscription[] = [];
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const ended = new Promise<void>((resolve) => {
    options.signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
    const onOutput = (output: Output): void => {
      if (left <= 0) return;
      left -= 1;
      lines.out(options.json === true ? jsonText(withoutData(output)) : outputLine(output, localTime));
      if (left <= 0) resolve();
    };
    subscriptions.push(client.outputs.subscribe(onOutput));
  });
  // The first connection failing is final; a later loss is not.
  expect(await client.get([]));
  subscriptions.push(sayLosses(session, lines));
  const readings = expect(await client.subscribe(patterns));
  if (readings.length === 0 && patterns.every((pattern) => !pattern.includes('*') && !pattern.includes('$'))) {
    throw new CliError('refused', `nothing to watch at ${patterns.join(' ')}; busbar describe lists what there is`);
  }
  await ended;
  for (const subscription of subscriptions) subscription.unsubscribe();
};

const withoutData = ({ data, ...rest }: Output) => (data === undefined ? rest : { ...rest, dataBytes: data.length });

const localTime = (ms: number): string => {
  const time = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};
