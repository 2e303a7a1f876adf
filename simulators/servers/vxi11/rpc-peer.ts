import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../../core/clock.js';
import type { BadFrame } from '../../../core/codec.js';
import type { Logger } from '../../../core/log.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { encodeRecord, recordDecoder, type RpcRecord } from '../../../core/wire/rpc-record.js';
import { answerCall, type RpcProgram } from './rpc-program.js';

export type RpcPeerOptions = {
  readonly stream: Duplex;
  readonly programs: readonly RpcProgram[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxRecordBytes: number;
  /** Whether a client that says nothing may stay; one that may not is cut after half a minute. Default: it may not. */
  readonly mayBeSilent?: () => boolean;
  /** The client has ended its sending side: what still waits for something ends now. */
  readonly onEnd?: () => void;
};

/** A client that takes nothing for this long is gone. */
const STUCK_MS = 10_000;
/** A client that has nothing here and says nothing makes room for others. */
const SILENCE_MS = 30_000;
/** Calls that may wait behind the one that runs; more are left unread. While less is waiting, an end is noticed at once. */
const MAX_WAITING_CALLS = 4;

/** Answers the calls of one TCP connection, one after the other. */
export class RpcPeer {
  readonly #options: RpcPeerOptions;
  readonly #reader: FrameReader<RpcRecord>;
  #waiting: readonly (RpcRecord | BadFrame)[] = [];
  #isBusy = false;
  #isEnding = false;
  #cancelSilence: Cancel = () => undefined;

  constructor(options: RpcPeerOptions) {
    this.#options = options;
    this.#reader = new FrameReader({ decode: recordDecoder(options.maxRecordBytes) });
    const { stream } = options;
    stream.on('data', (chunk: Uint8Array) => {
      this.#take(chunk);
    });
    stream.once('end', () => {
      this.#end();
    });
    stream.once('close', () => {
      this.#cancelSilence();
      this.#waiting = [];
    });
    this.#awaitWord();
  }

  #take(chunk: Uint8Array): void {
    this.#awaitWord();
    this.#waiting = [...this.#waiting, ...this.#reader.feed(chunk)];
    if (this.#waiting.length >= MAX_WAITING_CALLS) this.#options.stream.pause();
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#work().catch((thrown: unknown) => {
      this.#options.log.error('a simulated instrument failed at a call', { reason: String(thrown) });
      this.#options.stream.destroy();
    });
  }

  async #work(): Promise<void> {
    const { stream, programs, log } = this.#options;
    this.#isBusy = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const reply = next.type === 'bad' ? undefined : await answerCall(programs, next.bytes);
      if (reply === undefined) {
        log.debug('connection cut: no RPC call', { problem: next.type === 'bad' ? next.problem : 'no call' });
        stream.destroy();
        return;
      }
      if (stream.writable && !stream.write(encodeRecord(reply))) await this.#drained();
    }
    this.#isBusy = false;
    stream.resume();
    if (this.#isEnding) stream.end();
  }

  #next(): RpcRecord | BadFrame | undefined {
    const [next, ...others] = this.#waiting;
    this.#waiting = others;
    return next;
  }

  #drained(): Promise<void> {
    const { stream, clock, log } = this.#options;
    return new Promise((resolve) => {
      const go = (): void => {
        cancel();
        stream.off('drain', go).off('close', go);
        resolve();
      };
      const cancel = clock.after(STUCK_MS, () => {
        log.warn('client cut off: it does not read its answers', { afterMs: STUCK_MS });
        stream.destroy();
      });
      stream.on('drain', go).on('close', go);
    });
  }

  /** VXI-11 has no use for half a connection: what is under way is answered, then it ends. */
  #end(): void {
    this.#isEnding = true;
    this.#options.onEnd?.();
    if (!this.#isBusy) this.#options.stream.end();
  }

  #awaitWord(): void {
    const { clock, stream, mayBeSilent } = this.#options;
    this.#cancelSilence();
    this.#cancelSilence = clock.after(SILENCE_MS, () => {
      if (this.#isBusy || mayBeSilent?.() === true) this.#awaitWord();
      else stream.destroy();
    });
  }
}
