import { ChunkList } from './chunks.js';
import { joinBytes, noBytes } from './bytes.js';

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const ZERO = 0x30;

/** Cuts the bytes of an instrument without END into response messages: each ends with the termination, which is taken off,
 *  with a CR before it. A response that begins with a definite-length block (IEEE 488.2, 8.7.9: `#`, one digit n, n digits of
 *  length) may have the termination within the block. Linear in what comes, however it is cut. */
export class ResponseFrames {
  readonly #termination: Uint8Array;
  #frames: Uint8Array[] = [];
  /** So many of them have been given. Shifting would move all the others, each time. */
  #given = 0;
  readonly #chunks = new ChunkList();
  /** The first bytes of the response: whether it is a block. */
  #head: number[] = [];
  /** Bytes of the response that cannot be its end. */
  #blockEnd = 0;
  #matched = 0;
  #pendingBytes = 0;

  constructor(termination: Uint8Array = Uint8Array.of(LF)) {
    this.#termination = termination;
  }

  /** Bytes of the response that is not whole yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const skipped = Math.min(this.#blockEnd - this.#pendingBytes, bytes.length - at);
      if (skipped > 0) {
        this.#pendingBytes += skipped;
        at += skipped - 1;
      } else if (this.#isEnd(bytes[at] ?? 0)) {
        this.#frames.push(this.#take(bytes.subarray(from, at + 1)));
        from = at + 1;
      }
    }
    if (from < bytes.length) this.#chunks.push(copyOf(bytes.subarray(from)));
  }

  /** The next whole response; undefined: none yet. */
  next(): Uint8Array | undefined {
    const frame = this.#frames[this.#given];
    if (frame === undefined) return undefined;
    this.#given += 1;
    if (this.#given === this.#frames.length) this.#dropFrames();
    return frame;
  }

  /** Drops everything; gives how many whole responses that were. */
  drop(): number {
    const count = this.#frames.length - this.#given;
    this.#dropFrames();
    this.#chunks.take();
    this.#begin();
    return count;
  }

  /** What has come of the response that is not whole; it begins anew. */
  takePending(): Uint8Array {
    const pending = this.#chunks.byteLength === 0 ? noBytes : this.#chunks.take();
    this.#begin();
    return pending;
  }

  #isEnd(byte: number): boolean {
    this.#pendingBytes += 1;
    this.#lookForBlock(byte);
    this.#matched =
      this.#termination[this.#matched] === byte ? this.#matched + 1 : this.#termination[0] === byte ? 1 : 0;
    return this.#matched === this.#termination.length;
  }

  /** `#15hello`: digits of length, length, that many bytes. `#0` has no length: it ends as text does. */
  #lookForBlock(byte: number): void {
    if (this.#head.length !== this.#pendingBytes - 1 || this.#head.length > 11) return;
    this.#head.push(byte);
    const [hash, digits = ZERO, ...length] = this.#head;
    const count = digits - ZERO;
    if (hash !== HASH || !(count >= 0 && count <= 9)) this.#head = [];
    else if (count > 0 && length.length === count) this.#blockEnd = this.#pendingBytes + lengthOf(length);
  }

  #dropFrames(): void {
    this.#frames = [];
    this.#given = 0;
  }

  /** A copy: what it is cut from may be much larger. `last` ends the response. */
  #take(last: Uint8Array): Uint8Array {
    const bytes = this.#chunks.byteLength === 0 ? last : joinBytes([this.#chunks.take(), last]);
    const end = bytes.length - this.#termination.length;
    const isBeforeCr = this.#termination[0] === LF && bytes[end - 1] === CR && end > this.#blockEnd;
    this.#begin();
    return copyOf(bytes.subarray(0, isBeforeCr ? end - 1 : end));
  }

  #begin(): void {
    this.#head = [];
    this.#blockEnd = 0;
    this.#matched = 0;
    this.#pendingBytes = 0;
  }
}

/** 0 where a byte is no digit: then it was text after all. */
const lengthOf = (digits: readonly number[]): number => {
  const text = String.fromCharCode(...digits);
  return /^\d+$/.test(text) ? Number(text) : 0;
};

/** Not `slice`, which shares the memory when the bytes are a Buffer. Of nothing there is one: an instrument may send line ends
 *  alone, by the thousand. */
const copyOf = (bytes: Uint8Array): Uint8Array => (bytes.length === 0 ? noBytes : new Uint8Array(bytes));
