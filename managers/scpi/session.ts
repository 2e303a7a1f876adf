import { sleep, type Clock } from '../../core/clock.js';
import type { Conversation, Link, QueryOptions } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';

/** What `exchange` gives when it has to be tried again. */
const notYet = Symbol('left alone');

/** A link to an instrument that needs to be left alone now and then. Others on its bus do not wait for that: the bus is let
 *  go of meanwhile, which is why each exchange looks once more when its turn has come. */
export class Session {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #needsRest: boolean;
  #leftAloneUntil = -Infinity;

  constructor(link: Link, clock: Clock, needsRest: boolean) {
    this.#link = link;
    this.#clock = clock;
    this.#needsRest = needsRest;
  }

  /** Nothing is said to the instrument for so long. */
  leaveAlone(ms: number): void {
    this.#leftAloneUntil = this.#clock.monotonic() + ms;
  }

  /** The short way, for an instrument that never needs to be left alone. */
  query(text: string, call: Call, options: QueryOptions | undefined): Promise<string> {
    if (!this.#needsRest) return this.#link.query(text, call, options);
    return this.exchange(call, (conversation) => conversation.query(text, call, options));
  }

  /** Nothing of others comes between the requests of `work`. */
  async exchange<T>(call: Call, work: (conversation: Conversation) => Promise<T>): Promise<T> {
    for (;;) {
      const result = await this.#link.together(
        (conversation): Promise<T | typeof notYet> => (this.#restMs > 0 ? Promise.resolve(notYet) : work(conversation)),
        call,
      );
      if (result !== notYet) return result;
      await sleep(this.#clock, Math.max(0, this.#restMs), call.signal);
    }
  }

  get #restMs(): number {
    return this.#leftAloneUntil - this.#clock.monotonic();
  }
}
