import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.js';
import type { Outbox } from '../../core/outbox.js';

/** Clients get this long at stop to take what they are owed; then they are cut. */
const STOP_GRACE_MS = 500;

/** The streams of events that are open. */
export class EventStreams {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #open = new Map<ServerResponse, Outbox>();
  #isEnding = false;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** Follows a response until it is closed. */
  add(response: ServerResponse, outbox: Outbox): void {
    this.#open.set(response, outbox);
    response.on('drain', () => {
      outbox.drained();
      this.#endIfTold(response, outbox);
    });
    response.once('close', () => {
      this.#open.delete(response);
    });
    this.#endIfTold(response, outbox);
  }

  /** Ends each when its client has taken what it is owed; resolves when all are closed. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const closed = [...this.#open.keys()].map((response) => new Promise((resolve) => response.once('close', resolve)));
    for (const [response, outbox] of this.#open) this.#endIfTold(response, outbox);
    const cancel = this.#clock.after(STOP_GRACE_MS, () => {
      for (const response of this.#open.keys()) response.destroy();
    });
    await Promise.all(closed);
    cancel();
  }

  #endIfTold(response: ServerResponse, { isBehind }: Outbox): void {
    if (this.#isEnding && !isBehind) response.end();
  }
}
