import type { LogLevel } from '../config/station-config.js';
import { isWithin, type LogEntry } from './log-entry.js';

/** A line of the log with its number, which grows by one for each line since the start. */
export type NumberedEntry = LogEntry & { readonly index: number };

export type LogQuery = {
  /** Only what came after this one; absent: from the oldest that is kept. */
  readonly afterIndex?: number;
  readonly level: LogLevel;
  readonly limit: number;
};

/** The newest lines of the log, in memory, for clients that ask. It never speaks by itself: a log that feeds the bus, which
 *  may log, would feed itself. */
export class LogRing {
  readonly #capacity: number;
  readonly #entries: NumberedEntry[] = [];
  #lastIndex = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get lastIndex(): number {
    return this.#lastIndex;
  }

  add(entry: LogEntry): void {
    this.#lastIndex += 1;
    this.#entries.push({ ...entry, index: this.#lastIndex });
    if (this.#entries.length > this.#capacity) this.#entries.shift();
  }

  /** The newest `limit` lines that fit, oldest first. */
  query({ afterIndex = 0, level, limit }: LogQuery): readonly NumberedEntry[] {
    return this.#entries.filter((entry) => entry.index > afterIndex && isWithin(entry.level, level)).slice(-limit);
  }
}
