import { HardwareError } from '../../../core/errors.js';
import { noBytes } from '../../../core/wire/bytes.js';
import { ChunkList } from '../../../core/wire/chunks.js';
import { FIRST_MESSAGE_ID, UNSPECIFIED_MESSAGE_ID, type HislipMessage } from '../../../core/wire/hislip.js';
import { hislipTypes } from '../../../core/wire/hislip-tables.js';

export type HislipMode = 'synchronized' | 'overlap';

/** Sent in status queries before there was a message. */
export const BEFORE_FIRST_ID = (FIRST_MESSAGE_ID - 2) >>> 0;

/** An instrument that is asked one thing at a time has no more waiting, even of those that are empty. */
const MAX_ANSWERS = 1_024;

/** The answers of a HiSLIP session. In synchronized mode an answer has the id of the message that asked, and one with another
 *  id is thrown away, as is a second one; in overlap mode answers come in order. */
export class HislipInbox {
  readonly #name: string;
  readonly #maxAnswerBytes: number;
  #mode: HislipMode = 'synchronized';
  /** The ids of the message that asked, which may have been sent in parts. */
  #firstId = BEFORE_FIRST_ID;
  #lastId = BEFORE_FIRST_ID;
  #isAnswered = true;
  readonly #parts = new ChunkList();
  #answers: { readonly id: number; readonly bytes: Uint8Array }[] = [];
  #takenId = BEFORE_FIRST_ID;
  #fault: HardwareError | undefined;

  constructor(name: string, maxAnswerBytes: number) {
    this.#name = name;
    this.#maxAnswerBytes = maxAnswerBytes;
  }

  get mode(): HislipMode {
    return this.#mode;
  }

  /** Bytes that have come and were not taken. */
  get pendingBytes(): number {
    return this.#answers.reduce((sum, { bytes }) => sum + bytes.length, this.#parts.byteLength);
  }

  /** The id that tells the instrument, in a status query, what has been sent or read. */
  get statusId(): number {
    return this.#mode === 'overlap' ? this.#takenId : this.#lastId;
  }

  /** A message goes out with the ids from `first` to `last`: what comes belongs to it. */
  ask(first: number, last: number): void {
    this.#fault = undefined;
    this.#firstId = first;
    this.#lastId = last;
    this.#isAnswered = false;
    if (this.#mode === 'synchronized') this.interrupt();
  }

  /** A Data or DataEND message. */
  add({ type, parameter, payload }: HislipMessage): void {
    const isEnd = type === hislipTypes.dataEnd;
    if (this.#fault !== undefined) return;
    if (!this.#isWanted(parameter, isEnd)) {
      if (isEnd) this.#parts.take(); // those of an unspecified id belonged to it
      return;
    }
    if (this.pendingBytes + payload.length > this.#maxAnswerBytes) {
      this.fail(new HardwareError('TOO_LARGE', `${this.#name} answers with more than ${this.#maxAnswerBytes} bytes`));
      return;
    }
    if (this.#answers.length >= MAX_ANSWERS) {
      this.fail(new HardwareError('TOO_LARGE', `${this.#name} gives more than ${MAX_ANSWERS} answers at once`));
      return;
    }
    if (payload.length > 0) this.#parts.push(payload);
    if (!isEnd) return;
    this.#isAnswered = true;
    this.#answers.push({ id: parameter, bytes: this.#parts.byteLength === 0 ? noBytes : this.#parts.take() });
  }

  /** The next whole answer; undefined: none yet. Throws what has made an answer impossible. */
  take(): Uint8Array | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    const answer = this.#answers.shift();
    if (answer !== undefined) this.#takenId = answer.id;
    return answer?.bytes;
  }

  /** Whatever comes now is no answer. */
  fail(fault: HardwareError): void {
    this.interrupt();
    this.#fault = fault;
  }

  /** Throws away what has come. */
  interrupt(): void {
    this.#parts.take();
    this.#answers = [];
  }

  /** Everything begins anew, in this mode. */
  restart(mode: HislipMode): void {
    this.interrupt();
    this.#mode = mode;
    this.#fault = undefined;
    this.#firstId = BEFORE_FIRST_ID;
    this.#lastId = BEFORE_FIRST_ID;
    this.#takenId = BEFORE_FIRST_ID;
    this.#isAnswered = true;
  }

  #isWanted(id: number, isEnd: boolean): boolean {
    if (this.#mode === 'overlap') return true;
    if (this.#isAnswered) return false;
    if (id === UNSPECIFIED_MESSAGE_ID) return !isEnd;
    return (id - this.#firstId) >>> 0 <= (this.#lastId - this.#firstId) >>> 0;
  }
}
