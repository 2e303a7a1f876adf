import { readFile } from 'node:fs/promises';
import { Subject, type Observable } from 'rxjs';
import { sleep, type Clock } from '../../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { latin1Bytes, latin1Text } from '../program-text.js';
import { readRecording, type Exchange, type Response } from './recording.js';
import type { Road, RoadKind } from '../road.js';

/** Plays the instrument. A throw is a fault of the road: it is lost with its message. */
export type Respond = (text: string) => Response;

export type ReplayOptions = { readonly name: string; readonly clock: Clock; readonly respond: Respond };

type Owed = { readonly bytes: Uint8Array; readonly dueAt: number };

/** A road to an instrument that is played by a function, in the time of the clock it is given: a recorded conversation, or
 *  a simulated instrument. */
export class ReplayRoad implements Road {
  readonly #options: ReplayOptions;
  readonly #lost = new Subject<Problem>();
  #owed: Owed | undefined;
  #isClosed = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get bus(): string {
    return this.#options.name;
  }

  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  /** An answer waits in the instrument that nobody has fetched. */
  get isResultOwed(): boolean {
    return this.#owed !== undefined;
  }

  get pendingBytes(): number {
    const owed = this.#owed;
    return owed !== undefined && owed.dueAt <= this.#options.clock.monotonic() ? owed.bytes.length : 0;
  }

  async send(message: Uint8Array): Promise<void> {
    this.#refuseClosed();
    this.#owed = undefined;
    const { clock, respond } = this.#options;
    try {
      const { answer, afterMs = 0 } = respond(latin1Text(message));
      if (answer !== undefined) this.#owed = { bytes: latin1Bytes(answer), dueAt: clock.monotonic() + afterMs };
    } catch (thrown) {
      this.lose(thrown instanceof Error ? thrown.message : String(thrown));
      this.#refuseClosed();
    }
    return Promise.resolve();
  }

  async receive({ signal, deadline }: Call): Promise<Uint8Array> {
    const { clock, name } = this.#options;
    const owed = this.#owed;
    const leftMs = Math.max(0, deadline - clock.monotonic());
    const waitMs = (owed?.dueAt ?? Infinity) - clock.monotonic();
    if (waitMs > 0) await sleep(clock, Math.min(waitMs, leftMs), signal);
    this.#refuseClosed();
    if (owed === undefined || waitMs > leftMs) throw new HardwareError('TIMEOUT', `${name} did not answer in time`);
    this.#owed = undefined;
    return owed.bytes;
  }

  clear(): Promise<'clear'> {
    this.#owed = undefined;
    return Promise.resolve('clear');
  }

  /** The instrument is unplugged. */
  lose(message: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lost.next(problem('DISCONNECTED', message));
    this.#lost.complete();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#lost.complete();
    return Promise.resolve();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new HardwareError('DISCONNECTED', `the link to ${this.#options.name} is closed`);
  }
}

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

/** Recorded conversations: a file instead of an instrument. */
export const replayRoad: RoadKind = {
  form: 'replay:<file> (plays a recorded conversation)',
  claims: ({ type }) => type === 'replay',
  open: async (resource, _settings, { clock }) => {
    if (resource.type !== 'replay') throw new Error(`a recording cannot play a resource of type ${resource.type}`);
    const { conversation, repeatFrom } = await readRecording(resource.path, (path) => readFile(path, 'utf8'));
    return new ReplayRoad({ name: resource.path, clock, respond: replay(conversation, repeatFrom) });
  },
};
