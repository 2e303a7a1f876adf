import { abortReason } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';

/** Requests that may wait for one instrument: polls and commands together need a handful. */
export const MAX_WAITING_REQUESTS = 16;

/** One request after the other, in order of arrival: what every link stands its callers in. */
export class RequestLine {
  readonly #name: string;
  #tail: Promise<unknown> = Promise.resolve();
  #length = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Requests in flight and waiting. */
  get length(): number {
    return this.#length;
  }

  /** Runs `request` when it is its turn; one whose signal was aborted meanwhile is never begun. Errors: QUEUE_FULL. */
  async run<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#length > MAX_WAITING_REQUESTS) {
      throw new HardwareError('QUEUE_FULL', `${MAX_WAITING_REQUESTS} requests are already waiting for ${this.#name}`);
    }
    this.#length += 1;
    const mine = this.#tail.then(() => {
      if (signal.aborted) throw abortReason(signal);
      return request();
    });
    this.#tail = mine.then(ignore, ignore);
    try {
      return await mine;
    } finally {
      this.#length -= 1;
    }
  }
}

/** How a request ended is its caller's business, not its successor's. */
const ignore = (): void => undefined;
