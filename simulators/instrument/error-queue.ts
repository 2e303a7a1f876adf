import { scpiErrors, type ScpiError } from './scpi-error.js';

/** What an instrument has refused, oldest first. When it is full the newest gives way to -350 (SCPI-99, volume 2, 21.8.1). */
export class ErrorQueue {
  readonly #size: number;
  readonly #entries: ScpiError[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get length(): number {
    return this.#entries.length;
  }

  push(error: ScpiError): void {
    if (this.#entries.length < this.#size) this.#entries.push(error);
    else this.#entries[this.#size - 1] = scpiErrors.queueOverflow;
  }

  shift(): ScpiError | undefined {
    return this.#entries.shift();
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
