import type { Cancel, Clock } from '../clock.js';
import { problem, type Problem } from '../errors.js';
import type { ClientFrame, FrameId, StationFrame } from './protocol.js';

/** How a request ended: a refusal, a time-out and a lost connection are values as well. */
export type Answer<Value> =
  { readonly type: 'reply'; readonly value: Value } | { readonly type: 'failure'; readonly problem: Problem };

export const failed = (reason: Problem): Answer<never> => ({ type: 'failure', problem: reason });

type Pending = {
  readonly frame: ClientFrame;
  readonly settle: (answer: Answer<StationFrame>) => void;
  readonly cancelTimeout: Cancel;
};

const neverSet: Cancel = () => undefined;

/** Requests without an answer yet; more are refused. A station remembers this many answers of a session: beyond, a command
 *  that is repeated after a reconnect might run twice. */
const MAX_PENDING = 256;

/** What this client has asked and not yet been told, by `id`. An id is used once in a session. */
export class Requests {
  readonly #clock: Clock;
  readonly #pending = new Map<FrameId, Pending>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Everything without an answer, oldest first. */
  get frames(): readonly ClientFrame[] {
    return [...this.#pending.values()].map(({ frame }) => frame);
  }

  /** Gives the request its id and hands it to `send`; resolves with the frame that answers it, or a failure.
   *  Without `timeoutMs` it waits for ever. Never rejects. */
  ask(
    request: ClientFrame,
    timeoutMs: number | undefined,
    send: (frame: ClientFrame) => void,
  ): Promise<Answer<StationFrame>> {
    if (this.#pending.size >= MAX_PENDING)
      return Promise.resolve(failed(problem('QUEUE_FULL', `${MAX_PENDING} requests are without an answer already`)));
    const id = ++this.#lastId;
    const frame = { ...request, id };
    return new Promise((settle) => {
      const cancelTimeout =
        timeoutMs === undefined
          ? neverSet
          : this.#clock.after(timeoutMs, () => {
              const text = `the station did not answer ${request.type} within ${timeoutMs} ms`;
              // The station's own TIMEOUT is an instrument's; by this they are told apart.
              this.settle(id, failed(problem('TIMEOUT', text, { unanswered: request.type })));
            });
      this.#pending.set(id, { frame, settle, cancelTimeout });
      send(frame);
    });
  }

  /** False when nobody waits for this id. */
  settle(id: FrameId, answer: Answer<StationFrame>): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    this.#pending.delete(id);
    pending.cancelTimeout();
    pending.settle(answer);
    return true;
  }

  /** Ends the requests that `concerns` names; by default all. */
  failAll(reason: Problem, concerns: (frame: ClientFrame) => boolean = () => true): void {
    for (const [id, { frame }] of [...this.#pending]) if (concerns(frame)) this.settle(id, failed(reason));
  }
}
