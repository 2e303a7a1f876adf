import { joinBytes, noBytes } from '../../core/wire/bytes.js';
import { latin1Text } from './program-text.js';

const LF = 0x0a;

/** Looks for the lines that an adapter says as markers. Several are owed when waiting for them was given up. */
export class Markers {
  readonly #marker: string;
  #owed = 0;
  /** What has come since the last marker was seen, and before that while others were owed. */
  #parts: Uint8Array[] = [];
  #rest: Uint8Array = noBytes;

  /** `marker`: the line, without its end. */
  constructor(marker: Uint8Array) {
    this.#marker = latin1Text(marker).trimEnd();
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
      const end = at === -1 ? -1 : this.#rest.indexOf(LF, at);
      if (end === -1) return undefined;
      this.#parts.push(this.#rest.slice(0, at));
      this.#rest = this.#rest.slice(end + 1);
      this.#owed -= 1;
      if (this.#owed > 0) continue;
      const before = joinBytes(this.#parts);
      this.#parts = [];
      return before;
    }
  }
}
