import { MessageEnd } from './message-end.js';

/** A program message without its terminator; `isEnd`: it was ended by END, not by LF alone. */
export type ReceivedMessage = { readonly text: string; readonly isEnd: boolean };

/** A program message longer than this is dropped, and reported as -363. Instruments have room for less. */
export const MAX_MESSAGE_BYTES = 1 << 16;

/** Not TextDecoder: what that calls Latin-1 is windows-1252, with other characters from 0x80 to 0x9f. */
const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

/** Cuts what a client sends into program messages, at LF and at END. A message that is too long is left out. */
export class InputBuffer {
  readonly #onOverrun: () => void;
  readonly #messageEnd = new MessageEnd();
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(onOverrun: () => void) {
    this.#onOverrun = onOverrun;
  }

  push(bytes: Uint8Array, isEnd: boolean): readonly ReceivedMessage[] {
    const messages: ReceivedMessage[] = [];
    let start = 0;
    while (start < bytes.length) {
      const end = this.#messageEnd.find(bytes, start);
      this.#keep(bytes.subarray(start, end < 0 ? bytes.length : end));
      if (end < 0) break;
      start = end + 1;
      this.#finish(messages, isEnd && start === bytes.length);
    }
    if (isEnd) this.#finish(messages, true);
    return messages;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#messageEnd.reset();
  }

  /** Whether a message has begun and not ended. */
  get isUnfinished(): boolean {
    return this.#length > 0;
  }

  #finish(messages: ReceivedMessage[], isEnd: boolean): void {
    const text = this.#length > MAX_MESSAGE_BYTES ? '' : this.#pieces.map(latin1).join('');
    this.clear();
    if (text.trim() !== '') messages.push({ text, isEnd });
  }

  #keep(bytes: Uint8Array): void {
    const wasTooLong = this.#length > MAX_MESSAGE_BYTES;
    this.#length += bytes.length;
    if (this.#length <= MAX_MESSAGE_BYTES) {
      // The transport may use its buffer again.
      if (bytes.length > 0) this.#pieces.push(bytes.slice());
    } else if (!wasTooLong) {
      this.#pieces = [];
      this.#onOverrun();
    }
  }
}
