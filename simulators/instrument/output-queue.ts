import type { Piece } from './instrument.js';

/** Response messages that wait for one client, in order. */
export class OutputQueue {
  #pieces: Piece[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array, isEnd: boolean): void {
    this.#pieces.push({ bytes, isEnd });
    this.#bytes += bytes.length;
  }

  /** At most `maxBytes` of the first message. */
  take(maxBytes: number): Piece | undefined {
    const first = this.#pieces[0];
    if (first === undefined || maxBytes < 1) return undefined;
    const bytes = first.bytes.length <= maxBytes ? first.bytes : first.bytes.subarray(0, maxBytes);
    this.#bytes -= bytes.length;
    if (bytes === first.bytes) {
      this.#pieces.shift();
      return first;
    }
    this.#pieces[0] = { bytes: first.bytes.subarray(maxBytes), isEnd: first.isEnd };
    return { bytes, isEnd: false };
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}
