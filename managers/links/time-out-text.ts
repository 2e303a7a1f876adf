import { shown } from './program-text.js';

export type TimeOut = {
  readonly resource: string;
  readonly question: string;
  /** Undefined: the road counts none. */
  readonly sentBytes?: number;
  readonly gotBytes?: number;
  readonly elapsedMs: number;
  /** Time-outs in a row, this one included. */
  readonly attempt: number;
  /** Who else uses the bus. */
  readonly neighbours: readonly string[];
};

const MAX_NEIGHBOURS = 5;

/** What a person needs to know of an answer that did not come (RELIABILITY, complaint 3). */
export const timeOutText = ({
  resource,
  question,
  sentBytes,
  gotBytes = 0,
  elapsedMs,
  attempt,
  neighbours,
}: TimeOut): string => {
  const bytes = sentBytes === undefined ? '' : `${sentBytes} bytes sent, ${gotBytes} got, `;
  const count = `${bytes}${Math.round(elapsedMs)} ms, attempt ${attempt}`;
  return `${resource} did not answer "${shown(question)}" in time (${count})${sharing(neighbours)}; ${advice(gotBytes)}`;
};

const sharing = (neighbours: readonly string[]): string => {
  if (neighbours.length === 0) return '';
  const named = neighbours.slice(0, MAX_NEIGHBOURS).join(', ');
  const more = neighbours.length > MAX_NEIGHBOURS ? ` and ${neighbours.length - MAX_NEIGHBOURS} more` : '';
  return `; on the same bus: ${named}${more}`;
};

const advice = (gotBytes: number): string =>
  gotBytes === 0
    ? 'is it switched on, does it know the request, does it need more time (link.timeoutMs)?'
    : 'the answer was cut: does its terminator fit (link.readTermination), does it need more time (link.timeoutMs)?';
