import type { Clock } from '../core/clock.js';

/** Node.js timers turn a longer wait into 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of this computer: durations from the monotonic one, so that a jump of the wall clock moves no timer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, task) => {
    const dueMs = performance.now() + ms;
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      timer = setTimeout(
        () => {
          const restMs = dueMs - performance.now();
          if (restMs >= 1) wait(restMs);
          else task();
        },
        Math.min(Math.max(0, leftMs), MAX_TIMER_MS),
      );
    };
    wait(ms);
    return () => {
      clearTimeout(timer);
    };
  },
  turn: (task) => {
    setImmediate(task);
  },
};
