import type { BadFrame, Codec, Decode } from '../codec.js';
import { ChunkList } from './chunks.js';

/** Turns what one peer sends, chunk by chunk, into frames. Holds at most the one frame that is still arriving. */
export class FrameReader<Frame> {
  readonly #pending = new ChunkList();
  #decode: Decode<Frame>;
  #need = 0;

  constructor(codec: Pick<Codec<Frame>, 'decode'>) {
    this.#decode = codec.decode;
  }

  /** Bytes of the frame that is still arriving. */
  get pendingBytes(): number {
    return this.#pending.byteLength;
  }

  get copiedBytes(): number {
    return this.#pending.copiedBytes;
  }

  /** Takes the chunk over: it must not change afterwards, frames may be views into it. Never throws for any bytes. */
  feed(chunk: Uint8Array): readonly (Frame | BadFrame)[] {
    if (chunk.length === 0) return [];
    if (this.#pending.byteLength === 0) return this.#take(chunk);
    this.#pending.push(chunk);
    return this.#pending.byteLength < this.#need ? [] : this.#take(this.#pending.take());
  }

  #take(bytes: Uint8Array): readonly (Frame | BadFrame)[] {
    const { frames, rest, need = rest.length + 1, next } = this.#decode(bytes);
    if (rest.length > 0) this.#pending.push(rest);
    this.#need = need;
    this.#decode = next ?? this.#decode;
    return frames;
  }
}
