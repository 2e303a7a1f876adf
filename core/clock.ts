import { HardwareError } from './errors.js';

/** Stops a timer; calling it twice, or after the timer has run, does nothing. */
export type Cancel = () => void;

/** Time as the station hands it in. `now` may jump with the wall clock, everything else never does. */
export type Clock = {
  /** Wall clock, epoch milliseconds: for stamps that people and files read. */
  readonly now: () => number;
  /** Milliseconds since some start, monotonic: for every duration. */
  readonly monotonic: () => number;
  /** Runs `task` once after `ms` milliseconds; any finite `ms` is kept, also beyond the 24.8 days of a platform timer. */
  readonly after: (ms: number, task: () => void) => Cancel;
  /** Runs `task` once when this turn of the event loop has read what had arrived. */
  readonly turn: (task: () => void) => void;
};

/** Resolves after `ms`; rejects at once with the signal's reason when it is aborted. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(abortReason(signal));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });

/** Why a signal was aborted, as an Error: ours keep their code, a foreign reason becomes ABORTED. */
export const abortReason = (signal: AbortSignal): Error => {
  const reason: unknown = signal.reason;
  return reason instanceof HardwareError ? reason : new HardwareError('ABORTED', 'aborted', { cause: reason });
};
