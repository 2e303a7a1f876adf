import type { Clock } from '../core/clock.js';

/** Waits for work, but no longer than `ms`: false when it was not done by then (it goes on unattended). Rejects as the work. */
export const within = async (clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> => {
  let cancel = (): void => undefined;
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => {
      resolve(false);
    });
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    cancel();
  }
};
