import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

type Waiter = { readonly look: () => void; readonly fail: (reason: Error) => void };

/** Lets callers wait until something is so: each of them looks again whenever something has changed. */
export class Watch {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #end: HardwareError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why nothing will change any more. */
  get over(): HardwareError | undefined {
    return this.#end;
  }

  /** Everybody looks again. */
  changed(): void {
    for (const waiter of [...this.#waiters]) waiter.look();
  }

  /** Nothing will change any more: rejects all who wait, and who comes later. The first reason counts. */
  end(reason: HardwareError): void {
    this.#end ??= reason;
    for (const waiter of [...this.#waiters]) waiter.fail(this.#end);
  }

  /** What `look` gives at last; it may throw. Errors: TIMEOUT at the deadline with the words `late`, the reason of the end. */
  until<T>(look: () => T | undefined, call: Call, late: string): Promise<T> {
    const { signal, deadline } = call;
    return new Promise((resolve, reject) => {
      const settle = (settleIt: () => void): void => {
        this.#waiters.delete(waiter);
        cancel();
        signal.removeEventListener('abort', onAbort);
        settleIt();
      };
      const fail = (reason: unknown): void => {
        settle(() => {
          reject(reason instanceof Error ? reason : new Error(String(reason)));
        });
      };
      const lookNow = (): void => {
        try {
          const found = look();
          if (found === undefined) return;
          settle(() => {
            resolve(found);
          });
        } catch (thrown) {
          fail(thrown);
        }
      };
      const onAbort = (): void => {
        fail(abortReason(signal));
      };
      const waiter: Waiter = { look: lookNow, fail };
      const cancel = this.#clock.after(Math.max(0, deadline - this.#clock.monotonic()), () => {
        fail(new HardwareError('TIMEOUT', late));
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      if (this.#end !== undefined) fail(this.#end);
      else if (signal.aborted) onAbort();
      else lookNow();
    });
  }
}
