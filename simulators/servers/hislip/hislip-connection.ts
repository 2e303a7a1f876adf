import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../../core/clock.js';
import type { BadFrame } from '../../../core/codec.js';
import type { Logger } from '../../../core/log.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import {
  encodeHislip,
  HISLIP_HEADER_BYTES,
  HISLIP_MESSAGE_BYTES,
  hislipCodec,
  hislipMessage,
  type HislipMessage,
} from '../../../core/wire/hislip.js';
import type { fatalErrors, HislipType } from '../../../core/wire/hislip-tables.js';

export type HislipConnectionOptions = {
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly log: Logger;
  /** Drops the connection at once. */
  readonly cut: () => void;
};

type Frame = HislipMessage | BadFrame;

/** A client that takes nothing for this long is gone. */
const STUCK_MS = 10_000;
/** What was said last has this long to arrive before the connection is dropped. */
const LAST_WORDS_MS = 500;

/** One of the two connections of a HiSLIP client: whole messages in, messages out. While the client does not read, nothing
 *  more is read from it either. */
export class HislipConnection {
  readonly #options: HislipConnectionOptions;
  readonly #reader = new FrameReader(hislipCodec(HISLIP_MESSAGE_BYTES + HISLIP_HEADER_BYTES));
  #frames: Frame[] = [];
  #take: (frame: Frame) => void = () => undefined;
  #onDrain: () => void = () => undefined;
  #cancelStuck: Cancel | undefined;
  #cancelLastWords: Cancel | undefined;
  #isHeld = false;
  #isOver = false;
  #endTasks: (() => void)[] = [];

  constructor(options: HislipConnectionOptions) {
    this.#options = options;
    const { stream } = options;
    stream.on('data', (chunk: Uint8Array) => this.#feed(chunk));
    stream.on('drain', () => this.#drained());
    stream.once('end', () => this.drop());
    stream.once('close', () => {
      this.#end();
      this.#cancelStuck?.();
      this.#cancelLastWords?.();
    });
  }

  /** What has been said waits for the client to read. */
  get isBlocked(): boolean {
    return this.#cancelStuck !== undefined || this.#isOver;
  }

  /** Hands over to whoever takes what comes from now on. */
  listen(take: (frame: Frame) => void, onDrain: () => void = () => undefined): void {
    this.#take = take;
    this.#onDrain = onDrain;
  }

  /** Runs `task` once, when nothing more is taken from the client. */
  onEnd(task: () => void): void {
    this.#endTasks.push(task);
  }

  send(name: HislipType, rest: Partial<Omit<HislipMessage, 'type'>> = {}): void {
    if (this.#isOver || this.#options.stream.write(encodeHislip(hislipMessage(name, rest)))) return;
    if (this.#cancelStuck !== undefined) return;
    const { stream, clock, log, cut } = this.#options;
    stream.pause();
    this.#cancelStuck = clock.after(STUCK_MS, () => {
      log.warn('client cut off: it does not read what it is sent', { afterMs: STUCK_MS });
      cut();
    });
  }

  error(code: number, text: string): void {
    this.send('error', { control: code, payload: Buffer.from(text) });
  }

  /** Says why, and ends the connection. */
  fatal(code: (typeof fatalErrors)[keyof typeof fatalErrors], text: string): void {
    this.send('fatalError', { control: code, payload: Buffer.from(text) });
    this.#options.log.debug('HiSLIP session refused', { reason: text });
    this.drop();
  }

  /** Ends the connection when what was said has gone out. What still comes is read, and thrown away: unread bytes would turn
   *  the end into a reset, which takes the last words with it. */
  drop(): void {
    if (this.#isOver) return;
    const { stream, clock, cut } = this.#options;
    stream.end();
    stream.resume();
    this.#cancelLastWords = clock.after(LAST_WORDS_MS, cut);
    this.#end();
  }

  cut(): void {
    this.#options.cut();
  }

  /** Takes nothing more from the client until `release`, and then this one again. */
  hold(frame: Frame): void {
    this.#frames.unshift(frame);
    this.#isHeld = true;
    this.#options.stream.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#deliver();
  }

  #end(): void {
    this.#isOver = true;
    this.#frames = [];
    for (const task of this.#endTasks.splice(0)) task();
  }

  #feed(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#frames.push(...this.#reader.feed(chunk));
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#isHeld && !this.isBlocked) {
      const frame = this.#frames.shift();
      if (frame === undefined) {
        this.#options.stream.resume();
        return;
      }
      this.#take(frame);
    }
  }

  #drained(): void {
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
    this.#onDrain();
    this.#deliver();
  }
}
