import type { Clock } from '../../core/clock.js';

/** Chunks closer together than this are a conversation: somebody asks, reads the answer and asks again. */
const CONVERSATION_MS = 1;
/** Then the event loop looks for the next question this long before it sleeps. */
const WATCH_MS = 0.4;

/** Keeps the event loop awake for a moment while clients ask one question after the other. Waking a sleeping processor takes
 *  longer than answering a command does; a lone command, and readings going out, never start it. */
export class Vigil {
  readonly #clock: Pick<Clock, 'monotonic' | 'turn'>;
  #lastAt = Number.NEGATIVE_INFINITY;
  #until = 0;
  #isWatching = false;

  constructor(clock: Pick<Clock, 'monotonic' | 'turn'>) {
    this.#clock = clock;
  }

  /** A chunk has come from a client. */
  notice(): void {
    const now = this.#clock.monotonic();
    const isConversation = now - this.#lastAt <= CONVERSATION_MS;
    this.#lastAt = now;
    if (!isConversation) return;
    this.#until = now + WATCH_MS;
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#clock.turn(this.#look);
  }

  readonly #look = (): void => {
    this.#isWatching = this.#clock.monotonic() < this.#until;
    if (this.#isWatching) this.#clock.turn(this.#look);
  };
}
