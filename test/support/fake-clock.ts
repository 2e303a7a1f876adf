import FakeTimers, { type Clock as Timers } from '@sinonjs/fake-timers';
import type { Clock } from '../../core/clock.js';

export const START_MS = Date.UTC(2026, 0, 15, 12);

const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;

/** Time that passes when it is told to, also for rxjs, whose timers are the platform's. A turn of the event loop comes at the
 *  end of each `pass`, or by `turns`. `uninstall()` in `afterEach`. */
export class FakeClock implements Clock {
  readonly #timers: Timers = FakeTimers.install({ now: START_MS, toFake: [...FAKED] });
  #turnTasks: (() => void)[] = [];

  now = (): number => Date.now();

  monotonic = (): number => performance.now();

  after = (ms: number, task: () => void): (() => void) => {
    const timer = this.#timers.setTimeout(task, ms);
    return () => {
      this.#timers.clearTimeout(timer);
    };
  };

  turn = (task: () => void): void => {
    this.#turnTasks.push(task);
  };

  /** Timers that have not run, and tasks that wait for the next turn. */
  get pending(): number {
    return this.#timers.countTimers() + this.#turnTasks.length;
  }

  async pass(ms: number): Promise<void> {
    await this.#timers.tickAsync(ms);
    await this.turns(1);
  }

  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      for (const task of this.#turnTasks.splice(0)) task();
      await this.#timers.tickAsync(0);
    }
  }

  /** Somebody sets the wall clock; monotonic time goes on as before. */
  setWallClock(epochMs: number): void {
    this.#timers.setSystemTime(epochMs);
  }

  uninstall(): void {
    this.#timers.uninstall();
  }
}
