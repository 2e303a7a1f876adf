import type { LogEntry, LogKind } from './log-entry.js';

export type LogFilter = {
  readonly kinds: ReadonlySet<LogKind>;
  /** Empty: all. */
  readonly manager: string;
  /** Words that must all occur somewhere in the JSON; case does not matter. */
  readonly search: string;
};

/** The newest messages, bounded. Readings have a ring of their own: a fast one must not push the answers out. */
export class MessageLog {
  readonly #readings: Ring;
  readonly #others: Ring;

  constructor(maxReadings: number, maxOthers: number) {
    this.#readings = new Ring(maxReadings);
    this.#others = new Ring(maxOthers);
  }

  get size(): number {
    return this.#readings.size + this.#others.size;
  }

  add(entry: LogEntry): void {
    (entry.kind === 'reading' ? this.#readings : this.#others).add(entry);
  }

  clear(): void {
    this.#readings.clear();
    this.#others.clear();
  }

  /** The newest matches, newest first, up to `maxEntries`; entries younger than `upTo` are left out (a paused view). */
  select(filter: LogFilter, maxEntries: number, upTo = Infinity): readonly LogEntry[] {
    const matches = matcher(filter);
    const found: LogEntry[] = [];
    for (const entry of newestFirst(this.#readings, this.#others)) {
      if (entry.number > upTo || !matches(entry)) continue;
      found.push(entry);
      if (found.length >= maxEntries) break;
    }
    return found;
  }
}

const matcher = ({ kinds, manager, search }: LogFilter): ((entry: LogEntry) => boolean) => {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (entry) =>
    kinds.has(entry.kind) &&
    (manager === '' || entry.manager === manager) &&
    (words.length === 0 || words.every((word) => entry.searchText.includes(word)));
};

function* newestFirst(one: Ring, other: Ring): Generator<LogEntry> {
  let [first, second] = [0, 0];
  for (;;) {
    const [left, right] = [one.newest(first), other.newest(second)];
    const next = left === undefined || (right !== undefined && right.number > left.number) ? right : left;
    if (next === undefined) return;
    if (next === left) first += 1;
    else second += 1;
    yield next;
  }
}

/** The last `capacity` entries; adding is one write into a slot. */
class Ring {
  readonly #capacity: number;
  #slots: LogEntry[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#slots.length;
  }

  add(entry: LogEntry): void {
    this.#slots[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** `back` 0 is the newest. */
  newest(back: number): LogEntry | undefined {
    if (back >= this.#slots.length) return undefined;
    return this.#slots[(this.#next - 1 - back + 2 * this.#capacity) % this.#capacity];
  }

  clear(): void {
    this.#slots = [];
    this.#next = 0;
  }
}
