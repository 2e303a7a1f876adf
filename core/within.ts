import { abortReason, type Cancel, type Clock } from './clock.js';

export type Within = {
  readonly ms: number;
  /** What it rejects with when the time is over. */
  readonly late: () => Error;
  readonly signal?: AbortSignal;
};

/** What `work` comes to, or a rejection after `ms` or as soon as the signal is aborted. For drivers that ignore their signal:
 *  what they settle with later is dropped. Leaves neither timer nor listener behind. */
export const within = async <T>(clock: Pick<Clock, 'after'>, work: Promise<T>, limit: Within): Promise<T> => {
  const { ms, late, signal = new AbortController().signal } = limit;
  let letGo: Cancel = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
    };
    const cancel = clock.after(ms, () => {
      reject(late());
    });
    signal.addEventListener('abort', onAbort, { once: true });
    letGo = () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    letGo();
  }
};
