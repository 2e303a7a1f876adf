import { abortReason } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

/** Requests that may wait for one instrument: polls and commands together need a handful. */
export const MAX_WAITING_REQUESTS = 16;

type Waiting = { readonly isUrgent: boolean; readonly begin: () => void };

/** One request after the other, in order of arrival: what every link stands its callers in. */
export class RequestLine {
  readonly #name: string;
  #waiting: readonly Waiting[] = [];
  #isBusy = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Requests in flight and waiting. */
  get length(): number {
    return this.#waiting.length + (this.#isBusy ? 1 : 0);
  }

  /** Runs `request` when it is its turn. One whose signal is aborted before leaves the line in that moment and is never
   *  begun; one that is in flight has to look at the signal itself. Errors: QUEUE_FULL. */
  async run<T>(request: () => Promise<T>, { signal, priority }: Pick<Call, 'signal' | 'priority'>): Promise<T> {
    const isUrgent = priority === 'safety';
    refuseAborted(signal);
    if (this.#isBusy) await this.#turn(signal, isUrgent);
    this.#isBusy = true;
    try {
      refuseAborted(signal);
      return await request();
    } finally {
      this.#next();
    }
  }

  /** Resolves when it is this request's turn; the line stays busy from the one before, so that nobody slips in. */
  #turn(signal: AbortSignal, isUrgent: boolean): Promise<void> {
    if (!isUrgent && this.#waiting.length >= MAX_WAITING_REQUESTS) {
      throw new HardwareError('QUEUE_FULL', `${MAX_WAITING_REQUESTS} requests are already waiting for ${this.#name}`);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== mine);
        reject(abortReason(signal));
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const mine: Waiting = { isUrgent, begin };
      signal.addEventListener('abort', leave, { once: true });
      this.#enter(mine);
    });
  }

  #enter(mine: Waiting): void {
    const firstOther = mine.isUrgent ? this.#waiting.findIndex(({ isUrgent }) => !isUrgent) : -1;
    this.#waiting =
      firstOther === -1
        ? [...this.#waiting, mine]
        : [...this.#waiting.slice(0, firstOther), mine, ...this.#waiting.slice(firstOther)];
  }

  #next(): void {
    const [first, ...others] = this.#waiting;
    this.#waiting = others;
    this.#isBusy = first !== undefined;
    first?.begin();
  }
}

const refuseAborted = (signal: AbortSignal): void => {
  if (signal.aborted) throw abortReason(signal);
};
