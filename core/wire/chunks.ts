import { joinBytes, noBytes } from './bytes.js';

/** Pieces below this are copied together: a peer that sends byte by byte must not cost an object a byte,
 *  nor may a few left-over bytes keep the 64 KiB they arrived in alive. */
const SMALL_BYTES = 4096;

/** Bytes that wait for more, kept as they arrived and joined once. Takes the chunks over: they must not change. */
export class ChunkList {
  #chunks: Uint8Array[] = [];
  #byteLength = 0;
  #copiedBytes = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Bytes copied so far, by joining and by tidying small pieces: what the cutting of the stream has cost. */
  get copiedBytes(): number {
    return this.#copiedBytes;
  }

  push(chunk: Uint8Array): void {
    this.#byteLength += chunk.length;
    if (chunk.length >= SMALL_BYTES) {
      this.#chunks.push(chunk);
      return;
    }
    const last = this.#chunks.at(-1);
    if (last === undefined || last.length >= SMALL_BYTES) this.#chunks.push(this.#join([chunk]));
    else this.#chunks[this.#chunks.length - 1] = this.#join([last, chunk]);
  }

  /** Everything as one array; the list is empty afterwards. */
  take(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#byteLength = 0;
    return chunks.length > 1 ? this.#join(chunks) : (chunks[0] ?? noBytes);
  }

  #join(chunks: readonly Uint8Array[]): Uint8Array {
    const joined = joinBytes(chunks);
    this.#copiedBytes += joined.length;
    return joined;
  }
}
