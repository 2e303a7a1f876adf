const [LF, COMMA, HASH, ZERO, NINE, BLANK] = [10, 44, 35, 48, 57, 32];
const QUOTES: readonly number[] = [34, 39];

/** A block that says it is longer is none: its message would be too long, and its end could not be found again. */
const MAX_BLOCK_BYTES = 1 << 16;

/** Finds the line end that ends a program message: one inside a definite-length block, `#<digits><length><bytes>`, is data. */
export class MessageEnd {
  /** Bytes of a block that are still to come. */
  #blockLeft = 0;
  /** Of the length of a block: digits to come and what they say so far. */
  #digitsLeft = 0;
  #blockLength = 0;
  #quote = 0;
  #previous = BLANK;

  /** Where the message ends in `bytes`, from `start` on; -1: not there. Keeps what it knows for the bytes that follow. */
  find(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#blockLeft > 0) {
        const skipped = Math.min(this.#blockLeft, bytes.length - at);
        this.#blockLeft -= skipped;
        at += skipped;
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (byte === LF) return at;
      this.#step(byte);
      at += 1;
    }
    return -1;
  }

  reset(): void {
    this.#blockLeft = 0;
    this.#digitsLeft = 0;
    this.#blockLength = 0;
    this.#quote = 0;
    this.#previous = BLANK;
  }

  #step(byte: number): void {
    const previous = this.#previous;
    this.#previous = byte;
    const isDigit = byte >= ZERO && byte <= NINE;
    if (this.#digitsLeft > 0) this.#lengthDigit(byte, isDigit);
    else if (this.#quote !== 0) this.#quote = byte === this.#quote ? 0 : this.#quote;
    else if (QUOTES.includes(byte)) this.#quote = byte;
    else if (previous === HASH && isDigit)
      this.#digitsLeft = byte - ZERO; // #0: as long as the message
    else if (byte === HASH && previous > BLANK && previous !== COMMA) this.#previous = 0; // `A#1` is no block
  }

  #lengthDigit(byte: number, isDigit: boolean): void {
    this.#digitsLeft = isDigit ? this.#digitsLeft - 1 : 0;
    this.#blockLength = isDigit ? this.#blockLength * 10 + byte - ZERO : 0;
    if (this.#digitsLeft > 0) return;
    this.#blockLeft = this.#blockLength <= MAX_BLOCK_BYTES ? this.#blockLength : 0;
    this.#blockLength = 0;
  }
}
