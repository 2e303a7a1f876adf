import { abortReason } from './clock.js';

type Running<T> = { readonly result: Promise<T>; readonly controller: AbortController; askers: number };

/** One piece of work at a time that serves all who ask while it runs; given up when the last of them has gone. */
export class SharedWork<T> {
  readonly #work: (signal: AbortSignal) => Promise<T>;
  #running: Running<T> | undefined;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#work = work;
  }

  /** Joins what runs, or begins it. Rejects with the signal's reason as soon as that is aborted. */
  join(signal: AbortSignal): Promise<T> {
    if (signal.aborted) return Promise.reject(abortReason(signal));
    const running = (this.#running ??= this.#begin());
    running.askers += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#leave(running, signal);
        reject(abortReason(signal));
      };
      signal.addEventListener('abort', leave, { once: true });
      running.result
        .finally(() => {
          signal.removeEventListener('abort', leave);
        })
        .then(resolve, reject);
    });
  }

  #begin(): Running<T> {
    const controller = new AbortController();
    const result = this.#work(controller.signal).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    const running: Running<T> = { result, controller, askers: 0 };
    return running;
  }

  #leave(running: Running<T>, signal: AbortSignal): void {
    running.askers -= 1;
    if (running.askers > 0) return;
    if (this.#running === running) this.#running = undefined;
    running.controller.abort(abortReason(signal));
  }
}
