import { joinBytes, noBytes } from '../../core/wire/bytes.js';

const LF = 0x0a;

/** Looks for the lines that an adapter says as markers. Several may be owed when waiting for them was given up. */
export class MarkerCount {
  readonly #marker: string;
  #owed = 0;
  #before: Uint8Array = noBytes;

  /** `marker`: the line, without its end. */
  constructor(marker: Uint8Array) {
    this.#marker = textOf(marker).trimEnd();
  }

  /** One more marker will come behind `before`. */
  expect(before: Uint8Array): void {
    this.#before = this.#owed === 0 ? before : joinBytes([this.#before, before]);
    this.#owed += 1;
  }

  /** What came before the last marker that is owed; undefined: it has not come yet. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > 0) this.#before = joinBytes([this.#before, bytes]);
    for (;;) {
      const found = this.#find();
      if (found === undefined) return undefined;
      this.#owed -= 1;
      const before = this.#before.slice(0, found.at);
      this.#before = this.#before.slice(found.end);
      // What came before an older marker belongs to a request that was given up.
      if (this.#owed === 0) return before;
    }
  }

  /** The marker may stand behind an answer without a line end. */
  #find(): { readonly at: number; readonly end: number } | undefined {
    const text = textOf(this.#before);
    const at = text.indexOf(this.#marker);
    const end = at === -1 ? -1 : this.#before.indexOf(LF, at);
    return end === -1 ? undefined : { at, end: end + 1 };
  }
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
