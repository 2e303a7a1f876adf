import type { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Conversation, Link, QueryOptions } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { within } from '../../core/within.js';
import type { MessageLink, Request } from './message-link.js';
import type { Turn } from './request-line.js';
import { Section } from './section.js';

export type LinkHandleOptions = {
  readonly link: MessageLink;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** Time for an answer, ms. */
  readonly limitMs: number;
  /** Never rejects. */
  readonly onClose: () => Promise<void>;
};

/** One of those who have opened a link, with a time limit of its own; the conversation is shared. */
export class LinkHandle implements Link {
  readonly #link: MessageLink;
  readonly #clock: LinkHandleOptions['clock'];
  readonly #limitMs: number;
  readonly #onClose: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor({ link, clock, limitMs, onClose }: LinkHandleOptions) {
    this.#link = link;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onClose = onClose;
  }

  get resource(): string {
    return this.#link.resource;
  }

  get lost(): Observable<Problem> {
    return this.#link.lost;
  }

  get serviceRequests(): Observable<void> {
    return this.#link.serviceRequests;
  }

  write(text: string, call: Call): Promise<void> {
    return this.#run(call, (request) => this.#link.write(text, request));
  }

  query(text: string, call: Call, { answerAfterMs = 0 }: QueryOptions = {}): Promise<string> {
    return this.#run(call, (request) => this.#link.query(text, answerAfterMs, request));
  }

  read(call: Call): Promise<string> {
    return this.#run(call, (request) => this.#link.read(request));
  }

  clear(call: Call): Promise<void> {
    return this.#run(call, (request) => this.#link.clear(request));
  }

  statusByte(call: Call): Promise<number> {
    return this.#run(call, (request) => this.#link.statusByte(request));
  }

  trigger(call: Call): Promise<void> {
    return this.#run(call, (request) => this.#link.trigger(request));
  }

  together<T>(work: (conversation: Conversation) => Promise<T>, call: Call): Promise<T> {
    return this.#link.inTurn(call, async (turn) => {
      const section = new Section();
      const one = <R>(inner: Call, ask: (request: Request) => Promise<R>): Promise<R> =>
        section.run(() => ask(this.#request(inner, turn)));
      const conversation: Conversation = {
        write: (text, inner) => one(inner, (request) => this.#link.write(text, request)),
        query: (text, inner, { answerAfterMs = 0 } = {}) =>
          one(inner, (request) => this.#link.query(text, answerAfterMs, request)),
        read: (inner) => one(inner, (request) => this.#link.read(request)),
      };
      try {
        return await this.#inTime(work(conversation), call);
      } finally {
        await section.end();
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#onClose();
    return this.#closing;
  }

  #run<T>(call: Call, ask: (request: Request) => Promise<T>): Promise<T> {
    return this.#link.inTurn(call, (turn) => ask(this.#request(call, turn)));
  }

  /** Work that never ends must not keep the bus. */
  #inTime<T>(work: Promise<T>, { signal, deadline }: Call): Promise<T> {
    if (deadline === Infinity) return work;
    const ms = Math.max(0, deadline - this.#clock.monotonic());
    const late = (): Error =>
      new HardwareError('TIMEOUT', `${this.resource}: what belongs together was not done within ${Math.round(ms)} ms`);
    return within(this.#clock, work, { ms, late, signal });
  }

  #request(call: Call, turn: Turn): Request {
    if (this.#closing !== undefined) throw new HardwareError('DISCONNECTED', `${this.resource} was closed`);
    return { by: this, call, turn, limitMs: this.#limitMs };
  }
}
