import type { Cancel, Clock } from '../../core/clock.js';
import { problem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { printFrame } from '../../core/native/print-frame.js';
import type { Sink } from '../../core/outbox.js';
import type { Burst } from '../../core/parcel.js';
import type { NativeExchange, NativePeer } from '../native/native-exchange.js';
import type { SendOutcome, ZmqFrames } from '../transports/zmq-socket.js';

/** A client whose queue in libzmq is full is tried again after this long, then half as often each time. */
const FIRST_RETRY_MS = 20;
const LONGEST_RETRY_MS = 1_000;

export type ClientOptions = {
  readonly name: string;
  readonly exchange: NativeExchange;
  readonly clock: Clock;
  readonly log: Logger;
  readonly send: (frames: ZmqFrames) => Promise<SendOutcome>;
  /** It has gone, or was dropped and has been told so: forget it. */
  readonly onGone: () => void;
};

/** One client of the ROUTER port: sends it what its outbox gives out, one message at a time, in order. */
export class Client implements Sink {
  /** The way back: identity, and the delimiter when it uses one. */
  envelope: readonly Uint8Array[] = [];
  /** Its commands that have no answer yet. */
  inFlight = 0;
  /** Monotonic, ms. */
  lastHeardMs = 0;
  readonly peer: NativePeer;
  readonly #options: ClientOptions;
  #queue: Uint8Array[] = [];
  #sending: Promise<void> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: Cancel | undefined;
  #isDropped = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.peer = options.exchange.join(options.name, this);
  }

  /** Nothing is owed to it, and it is owed nothing soon. */
  get isIdle(): boolean {
    return this.inFlight === 0 && (this.#queue.length === 0 || this.#isDropped);
  }

  /** Resolves when everything has been handed to libzmq, or no more can be at the moment. */
  get sending(): Promise<void> {
    return this.#sending ?? Promise.resolve();
  }

  /** What it said, without the envelope. */
  receive(body: readonly Uint8Array[]): void {
    if (this.#isDropped) return;
    const { exchange } = this.#options;
    const [frame] = body;
    const text = frame === undefined || body.length > 1 ? undefined : utf8(frame);
    if (text !== undefined) exchange.receive(this.peer, text);
    else exchange.refuse(this.peer, problem('BAD_MESSAGE', `a request is one frame of UTF-8 text, ${flawOf(body)}`));
    exchange.flush(this.peer);
  }

  /** Always behind until libzmq has taken the last message of the burst. */
  write(burst: Burst): boolean {
    for (const { bytes } of burst.parcels) this.#queue.push(bytes);
    this.#startSending();
    return false;
  }

  /** Too slow: its answers are dropped, and it is told so as soon as it reads again. */
  close(reason: string): void {
    this.#options.log.warn('client dropped, too slow', { reason });
    this.#isDropped = true;
    this.#queue = [Buffer.from(printFrame({ type: 'goodbye', reason: `answers were dropped: ${reason}` }))];
    this.#startSending();
  }

  forget(): void {
    this.#cancelRetry?.();
    this.#queue = [];
    this.#options.exchange.leave(this.peer);
  }

  #startSending(): void {
    if (this.#sending !== undefined || this.#cancelRetry !== undefined) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#queue.length > 0) this.#startSending();
    });
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const outcome = await this.#options.send([...this.envelope, next]);
      if (outcome === 'gone') {
        this.#queue = [];
        this.#options.onGone();
        return;
      }
      if (outcome === 'full') {
        this.#retryLater();
        return;
      }
      // The queue was replaced when it was dropped meanwhile.
      if (this.#queue[0] === next) this.#queue.shift();
      this.#retryMs = FIRST_RETRY_MS;
    }
    if (this.#isDropped) this.#options.onGone();
    else this.peer.outbox.drained();
  }

  #retryLater(): void {
    this.#cancelRetry = this.#options.clock.after(this.#retryMs, () => {
      this.#cancelRetry = undefined;
      this.#startSending();
    });
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

const utf8 = (frame: Uint8Array): string | undefined => {
  try {
    return decoder.decode(frame);
  } catch {
    // The only thing that decode throws: the bytes are no UTF-8.
    return undefined;
  }
};

const flawOf = (body: readonly Uint8Array[]): string =>
  body.length === 1 ? 'these bytes are none' : `not ${body.length} frames`;
