import { Subject, type Observable } from 'rxjs';
import type { Cancel, Clock } from '../../core/clock.js';
import { InputBuffer, type ReceivedMessage } from './input-buffer.js';
import type { InstrumentSession, Piece } from './instrument.js';
import { OutputQueue } from './output-queue.js';
import { statusBits } from './status-registers.js';

/** An answer on its way to the client. */
export type Delivery = {
  readonly bytes: Uint8Array;
  /** False: its end never comes. */
  readonly isEnd: boolean;
  readonly isCut: boolean;
};

/** What a message comes to; nothing to deliver: it asked nothing, or the instrument is silent. */
export type Execution = { readonly afterMs: number; readonly delivery: Delivery | undefined };

/** The instrument as its connections use it. */
export type SessionHost = {
  readonly clock: Clock;
  readonly execute: (message: string) => Execution;
  readonly refuse: (what: 'interrupted' | 'unterminated' | 'inputOverrun') => void;
  readonly trigger: () => void;
  /** The status byte without bit 6. */
  readonly status: (isMessageAvailable: boolean) => number;
  /** Of a status byte: the bits that ask for service. */
  readonly reasons: (status: number) => number;
  readonly onClose: (session: Session) => void;
};

/** Answers of this size wait for a client that does not read; then nothing more is done for it until it does. */
export const MAX_WAITING_BYTES = 1 << 16;
/** What may wait while an answer takes its time; more is reported as -363 and dropped. */
const MAX_WAITING_MESSAGES = 1_000;
const MAX_WAITING_CHARACTERS = 1 << 20;

/** One connection of a client to a simulated instrument (IEEE 488.2, 6: the message exchange protocol). */
export class Session implements InstrumentSession {
  readonly #host: SessionHost;
  readonly #input: InputBuffer;
  readonly #output = new OutputQueue();
  readonly #answers = new Subject<void>();
  readonly #cuts = new Subject<void>();
  readonly #serviceRequests = new Subject<number>();
  #waiting: ReceivedMessage[] = [];
  #waitingCharacters = 0;
  #isWorking = false;
  /** An answer that takes its time. */
  #cancelDelivery: Cancel | undefined;
  #isRequesting = false;
  #reasons = 0;
  #isClosed = false;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#input = new InputBuffer(() => {
      host.refuse('inputOverrun');
    });
  }

  get answers(): Observable<void> {
    return this.#answers;
  }

  get cuts(): Observable<void> {
    return this.#cuts;
  }

  get serviceRequests(): Observable<number> {
    return this.#serviceRequests;
  }

  write(bytes: Uint8Array, isEnd: boolean): void {
    if (this.#isClosed) return;
    for (const message of this.#input.push(bytes, isEnd)) {
      this.#line(message);
      this.#work();
    }
  }

  take(maxBytes: number): Piece | undefined {
    const piece = this.#output.take(maxBytes);
    // Not at once: its answer would overtake this piece, which nobody has sent on yet.
    if (piece !== undefined && this.#waiting.length > 0)
      this.#host.clock.turn(() => {
        this.#work();
      });
    return piece;
  }

  /** The client has waited in vain for an answer that nobody owes it (IEEE 488.2, 6.3.2.2). */
  unterminated(): void {
    const isOwed = this.#cancelDelivery !== undefined || this.#output.bytes > 0 || this.#isClosed;
    if (!isOwed) this.#host.refuse('unterminated');
  }

  clear(): void {
    this.#input.clear();
    this.#output.clear();
    this.#waiting = [];
    this.#waitingCharacters = 0;
    this.#cancelDelivery?.();
    this.#cancelDelivery = undefined;
  }

  trigger(): void {
    this.#host.trigger();
  }

  statusByte(): number {
    const byte = this.#host.status(this.#output.bytes > 0);
    const isRequesting = this.#isRequesting;
    this.#isRequesting = false;
    return isRequesting ? byte | statusBits.requestOrMaster : byte;
  }

  /** A new reason to ask for service asks for it (IEEE 488.2, 11.3.3). */
  checkService(): void {
    const byte = this.#host.status(this.#output.bytes > 0);
    const reasons = this.#host.reasons(byte);
    const isNew = (reasons & ~this.#reasons) !== 0;
    this.#reasons = reasons;
    if (reasons === 0) this.#isRequesting = false;
    if (!isNew || this.#isClosed) return;
    this.#isRequesting = true;
    this.#serviceRequests.next(byte | statusBits.requestOrMaster);
  }

  /** The instrument ends the connection. */
  cut(): void {
    if (this.#isClosed) return;
    this.#cuts.next();
    this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.clear();
    this.#answers.complete();
    this.#cuts.complete();
    this.#serviceRequests.complete();
    this.#host.onClose(this);
  }

  #line(message: ReceivedMessage): void {
    const characters = this.#waitingCharacters + message.text.length;
    if (this.#waiting.length >= MAX_WAITING_MESSAGES || characters > MAX_WAITING_CHARACTERS) {
      this.#host.refuse('inputOverrun');
      return;
    }
    this.#waiting.push(message);
    this.#waitingCharacters = characters;
  }

  /** A server may take an answer while it hears of it: then this is at work already. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (this.#cancelDelivery === undefined && this.#output.bytes < MAX_WAITING_BYTES) {
        const message = this.#waiting.shift();
        if (message === undefined) break;
        this.#waitingCharacters -= message.text.length;
        this.#do(message);
      }
    } finally {
      this.#isWorking = false;
    }
  }

  #do({ text, isEnd }: ReceivedMessage): void {
    if (isEnd && this.#output.bytes > 0) this.#interrupt();
    const { afterMs, delivery } = this.#host.execute(text);
    if (afterMs === 0 || this.#isClosed) this.#deliver(delivery);
    else this.#deliverLater(afterMs, delivery);
  }

  /** Who sends a new message before he has read the answer loses it (IEEE 488.2, 6.3.2.3). A stream has no messages to be in
   *  the middle of: there the answers follow one another. */
  #interrupt(): void {
    this.#output.clear();
    this.#host.refuse('interrupted');
  }

  #deliverLater(afterMs: number, delivery: Delivery | undefined): void {
    this.#cancelDelivery = this.#host.clock.after(afterMs, () => {
      this.#cancelDelivery = undefined;
      this.#deliver(delivery);
      this.#work();
    });
  }

  #deliver(delivery: Delivery | undefined): void {
    if (delivery === undefined || this.#isClosed) return;
    const { bytes, isEnd, isCut } = delivery;
    if (bytes.length > 0) this.#output.push(bytes, isEnd);
    this.#answers.next();
    this.checkService();
    if (isCut) this.cut();
  }
}
