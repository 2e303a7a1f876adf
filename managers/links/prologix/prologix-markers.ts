import { joinBytes, noBytes } from '../../../core/wire/bytes.js';
import { ChunkList } from '../../../core/wire/chunks.js';
import { latin1Text } from '../program-text.js';

const LF = 0x0a;

/** Looks for the lines that an adapter says as markers. Several are owed when waiting for them was given up. Linear in what
 *  comes, however it is cut. */
export class Markers {
  readonly #marker: string;
  #owed = 0;
  /** What has come since the last marker was seen, and before that while others were owed. */
  readonly #before = new ChunkList();
  /** Where the next marker may begin. */
  #rest: Uint8Array = noBytes;

  /** `marker`: the line, without its end. */
  constructor(marker: Uint8Array) {
    this.#marker = latin1Text(marker).trimEnd();
  }

  /** Bytes that wait for a marker. */
  get heldBytes(): number {
    return this.#before.byteLength + this.#rest.length;
  }

  /** One more was asked for. */
  expect(): void {
    this.#owed += 1;
  }

  /** What came before the last marker that is owed, without the markers; undefined: it has not come yet. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > 0) this.#rest = joinBytes([this.#rest, bytes]);
    for (;;) {
      // It may stand behind an answer without a line end.
      const at = latin1Text(this.#rest).indexOf(this.#marker);
      if (at === -1) {
        this.#passOver(this.#rest.length - this.#marker.length + 1);
        return undefined;
      }
      this.#passOver(at);
      const end = this.#rest.indexOf(LF);
      if (end === -1) return undefined;
      this.#rest = this.#rest.slice(end + 1);
      this.#owed -= 1;
      if (this.#owed > 0) continue;
      return this.#before.take();
    }
  }

  /** No marker begins there. */
  #passOver(count: number): void {
    if (count <= 0) return;
    this.#before.push(this.#rest.slice(0, count));
    this.#rest = this.#rest.slice(count);
  }
}
