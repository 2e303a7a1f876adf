import { ChunkList } from './chunks.js';
import { noBytes } from './bytes.js';

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const ZERO = 0x30;

/** Cuts the bytes of an instrument without END into response messages: each ends with the termination, which is taken off,
 *  with a CR before it. A response that begins with a definite-length block (IEEE 488.2, 8.7.9: `#`, one digit n, n digits of
 *  length) may have the termination within the block. Linear in what comes, however it is cut. */
export class ResponseFrames {
  readonly #termination: Uint8Array;
  readonly #frames: Uint8Array[] = [];
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
        this.#chunks.push(bytes.slice(from, at + 1));
        this.#frames.push(this.#take());
        from = at + 1;
      }
    }
    if (from < bytes.length) this.#chunks.push(bytes.slice(from));
  }

  /** The next whole response; undefined: none yet. */
  next(): Uint8Array | undefined {
    return this.#frames.shift();
  }

  /** Drops everything; gives how many whole responses that were. */
  drop(): number {
    const count = this.#frames.length;
    this.#frames.length = 0;
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

  #take(): Uint8Array {
    const bytes = this.#chunks.take();
    const end = bytes.length - this.#termination.length;
    const isBeforeCr = this.#termination[0] === LF && bytes[end - 1] === CR && end > this.#blockEnd;
    this.#begin();
    return bytes.slice(0, isBeforeCr ? end - 1 : end);
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

/** A whole response without its LF, or CR LF: for roads with END, where an instrument says both. */
export const withoutLineEnd = (response: Uint8Array): Uint8Array => {
  const [hash, digits = 0] = response;
  const isBlock = hash === HASH && digits > ZERO && digits <= ZERO + 9;
  const head = 2 + digits - ZERO;
  const blockEnd = isBlock ? head + lengthOf([...response.subarray(2, head)]) : 0;
  let end = response.length;
  if (end > blockEnd && response[end - 1] === LF) end -= 1;
  else return response;
  return response.slice(0, end > blockEnd && response[end - 1] === CR ? end - 1 : end);
};
