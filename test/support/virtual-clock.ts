import type { Clock } from '../../core/clock.js';

type Timer = { readonly dueMs: number; readonly order: number; readonly task: () => void };

/** Time that jumps from timer to timer, as fast as the work between them is done: for tests of many thousand requests. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #count = 0;
  /** A binary heap: the next timer first. */
  readonly #timers: Timer[] = [];
  readonly #cancelled = new Set<Timer>();

  readonly now = (): number => this.#nowMs;
  readonly monotonic = (): number => this.#nowMs;
  readonly turn = (task: () => void): void => {
    setImmediate(task);
  };

  readonly after = (ms: number, task: () => void): (() => void) => {
    const timer = { dueMs: this.#nowMs + Math.max(0, ms), order: (this.#count += 1), task };
    this.#push(timer);
    return () => this.#cancelled.add(timer);
  };

  /** Timers that have not run and were not cancelled. */
  get timerCount(): number {
    return this.#timers.filter((timer) => !this.#cancelled.has(timer)).length;
  }

  /** Runs timers until `work` is done; between two moments everything that waits for nothing but promises and streams runs. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = work.finally(() => (state.isDone = true));
    done.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.isDone) return done;
      const timer = this.#pop();
      if (timer === undefined) throw new Error(`nothing will ever happen again at ${this.#nowMs} ms`);
      this.#nowMs = timer.dueMs;
      timer.task();
    }
  }

  #push(timer: Timer): void {
    let at = this.#timers.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, this.#timers[parent])) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): Timer | undefined {
    for (;;) {
      const [first] = this.#timers;
      const last = this.#timers.pop();
      if (first === undefined || last === undefined) return undefined;
      if (first !== last) {
        this.#timers[0] = last;
        this.#sink();
      }
      if (!this.#cancelled.delete(first)) return first;
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const next = isBefore(this.#timers[right], this.#timers[left]) ? right : left;
      if (!isBefore(this.#timers[next], this.#timers[at])) return;
      this.#swap(at, next);
      at = next;
    }
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#timers[one], this.#timers[other]];
    if (a === undefined || b === undefined) return;
    this.#timers[one] = b;
    this.#timers[other] = a;
  }
}

const isBefore = (one: Timer | undefined, other: Timer | undefined): boolean => {
  if (one === undefined || other === undefined) return one !== undefined;
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
};
