import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../station/system-clock.js';

/** A clock that runs so many times as fast as this computer's, for a conversation with long pauses over real sockets.
 *  Nothing is early by it: a timer of so many milliseconds takes at least as many of its milliseconds. */
export const fastClock = (speed: number): Clock => {
  const monotonic = (): number => systemClock.monotonic() * speed;
  return {
    now: systemClock.now,
    monotonic,
    turn: systemClock.turn,
    after: (ms, task) => {
      const dueMs = monotonic() + ms;
      let cancel = (): void => undefined;
      const wait = (): void => {
        cancel = systemClock.after((dueMs - monotonic()) / speed, () => {
          if (monotonic() < dueMs) wait();
          else task();
        });
      };
      wait();
      return () => {
        cancel();
      };
    },
  };
};
