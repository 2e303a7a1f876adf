import { NEVER, Subject, type Observable } from 'rxjs';
import { sleep, type Clock } from '../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import type { Conversation, Link, QueryOptions } from '../../core/link.js';
import { RequestLine } from './request-line.js';

/** Library default of the programs that the recorded instruments were run with (spec 4.1). */
export const ANSWER_LIMIT_MS = 2_000;

/** What the played instrument says to one request; no `answer`: it says nothing. */
export type Response = { readonly answer?: string; readonly afterMs?: number };

/** Plays the instrument. A throw is a fault of the road: the link is lost with its message. */
export type Respond = (text: string) => Response;

export type ReplayOptions = { readonly name: string; readonly clock: Clock; readonly respond: Respond };

type Owed = { readonly text: string; readonly dueAt: number };

/** A road to an instrument that is played by a function, in the time of the clock it is given: a recorded conversation, or
 *  a simulated instrument. */
export class ReplayLink implements Link {
  readonly #options: ReplayOptions;
  readonly #line: RequestLine;
  readonly #lost = new Subject<Problem>();
  #owed: Owed | undefined;
  #isClosed = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#line = new RequestLine(options.name);
  }

  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  /** An answer waits in the instrument that nobody has fetched. */
  get isResultOwed(): boolean {
    return this.#owed !== undefined;
  }

  get resource(): string {
    return this.#options.name;
  }

  readonly serviceRequests: Observable<void> = NEVER;

  together<T>(work: (conversation: Conversation) => Promise<T>): Promise<T> {
    return work(this);
  }

  clear(): Promise<void> {
    this.#owed = undefined;
    return Promise.resolve();
  }

  statusByte(): Promise<number> {
    return Promise.reject(new HardwareError('BAD_COMMAND', 'a recorded conversation has no status byte'));
  }

  trigger(): Promise<void> {
    return Promise.reject(new HardwareError('BAD_COMMAND', 'a recorded conversation has no trigger'));
  }

  write(text: string, call: Call): Promise<void> {
    const request = (): Promise<void> => {
      this.#send(text);
      return Promise.resolve();
    };
    return this.#line.run(request, call);
  }

  query(text: string, call: Call, { answerAfterMs = 0 }: QueryOptions = {}): Promise<string> {
    return this.#line.run(async () => {
      this.#send(text);
      if (answerAfterMs > 0) await sleep(this.#options.clock, answerAfterMs, call.signal);
      return this.#receive(call);
    }, call);
  }

  read(call: Call): Promise<string> {
    return this.#line.run(() => this.#receive(call), call);
  }

  /** The instrument is unplugged. */
  lose(message: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lost.next(problem('DISCONNECTED', message));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#lost.complete();
    return Promise.resolve();
  }

  #send(text: string): void {
    this.#refuseClosed();
    this.#owed = undefined;
    const { clock, respond } = this.#options;
    try {
      const { answer, afterMs = 0 } = respond(text);
      if (answer !== undefined) this.#owed = { text: answer, dueAt: clock.monotonic() + afterMs };
    } catch (thrown) {
      this.lose(thrown instanceof Error ? thrown.message : String(thrown));
      this.#refuseClosed();
    }
  }

  async #receive({ signal, deadline }: Call): Promise<string> {
    const { clock, name } = this.#options;
    const owed = this.#owed;
    const limitMs = Math.min(ANSWER_LIMIT_MS, deadline - clock.monotonic());
    const waitMs = (owed?.dueAt ?? Infinity) - clock.monotonic();
    if (waitMs > 0) await sleep(clock, Math.min(waitMs, limitMs), signal);
    this.#refuseClosed();
    if (owed === undefined || waitMs > limitMs) throw new HardwareError('TIMEOUT', `${name} did not answer in time`);
    this.#owed = undefined;
    return owed.text;
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new HardwareError('DISCONNECTED', `the link to ${this.#options.name} is closed`);
  }
}

/** One request of a recorded conversation, and what came back. */
export type Exchange = Response & { readonly send: string };

/** Plays a recorded conversation word for word; from its end it begins again at `repeatFrom`, or the link is lost. */
export const replay = (conversation: readonly Exchange[], repeatFrom = conversation.length): Respond => {
  let next = 0;
  return (text) => {
    const exchange = conversation[next];
    if (exchange === undefined) throw new Error(`the recorded conversation is over, "${text}" is not in it`);
    if (exchange.send !== text)
      throw new Error(`the recorded conversation goes on with "${exchange.send}", not with "${text}"`);
    next = next + 1 < conversation.length ? next + 1 : repeatFrom;
    return exchange;
  };
};
