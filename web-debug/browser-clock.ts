import type { Clock } from '../core/clock.js';

/** The browser's time behind core's `Clock`. */
export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  turn: (task) => {
    setTimeout(task, 0);
  },
};
