import type { Duplex } from 'node:stream';
import { Subscription } from 'rxjs';
import type { Cancel, Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import type { InstrumentSession } from '../../instrument/instrument.js';

export type ScpiSocketPeerOptions = {
  readonly stream: Duplex;
  readonly session: InstrumentSession;
  readonly clock: Clock;
  readonly log: Logger;
  /** Drops the connection in mid-word, as a pulled plug does. */
  readonly cut: () => void;
};

/** A line longer than this is no command: its sender is cut off. */
export const MAX_LINE_BYTES = 1 << 20;
/** One write to the client. */
const PIECE_BYTES = 65_536;
/** A client that takes nothing for this long is gone. */
const STUCK_MS = 10_000;
/** Who has ended his sending side still gets the answers that come within this time: `echo '*IDN?' | nc`. */
const LAST_ANSWERS_MS = 1_000;
const LF = 10;

/** Carries the bytes of one client to its session of the instrument and back. While the client does not read, nothing more
 *  is read from it either: what waits for it stays in the instrument's output queue. */
export class ScpiSocketPeer {
  readonly #options: ScpiSocketPeerOptions;
  readonly #subscriptions = new Subscription();
  #lineBytes = 0;
  #cancelStuck: Cancel | undefined;
  #cancelLast: Cancel | undefined;

  constructor(options: ScpiSocketPeerOptions) {
    this.#options = options;
    const { stream, session, clock, cut } = options;
    this.#subscriptions.add(session.answers.subscribe(() => this.#push()));
    this.#subscriptions.add(session.cuts.subscribe(cut));
    stream.on('data', (chunk: Uint8Array) => this.#take(chunk));
    stream.on('drain', () => this.#drained());
    stream.once('end', () => {
      this.#cancelLast = clock.after(LAST_ANSWERS_MS, () => stream.end());
    });
    stream.once('close', () => this.#end());
    this.#push();
  }

  #take(chunk: Uint8Array): void {
    const { session, log, cut } = this.#options;
    const lastLf = chunk.lastIndexOf(LF);
    this.#lineBytes = lastLf === -1 ? this.#lineBytes + chunk.length : chunk.length - lastLf - 1;
    if (this.#lineBytes > MAX_LINE_BYTES) {
      log.warn('client cut off: its line has no end', { limitBytes: MAX_LINE_BYTES });
      cut();
      return;
    }
    session.write(chunk, false);
  }

  #push(): void {
    const { stream, session } = this.#options;
    while (this.#cancelStuck === undefined && stream.writable) {
      const piece = session.take(PIECE_BYTES);
      if (piece === undefined) return;
      if (piece.bytes.length > 0 && !stream.write(piece.bytes)) this.#wait();
    }
  }

  #wait(): void {
    const { stream, clock, log, cut } = this.#options;
    stream.pause();
    this.#cancelStuck = clock.after(STUCK_MS, () => {
      log.warn('client cut off: it does not read its answers', { afterMs: STUCK_MS });
      cut();
    });
  }

  #drained(): void {
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
    this.#options.stream.resume();
    this.#push();
  }

  #end(): void {
    this.#cancelStuck?.();
    this.#cancelLast?.();
    this.#subscriptions.unsubscribe();
    this.#options.session.close();
  }
}
