import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { HardwareError } from '../../core/errors.js';
import type { Conversation } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { sayPlain } from './requests.js';

/** An entry has 255 characters at most (SCPI-99, volume 2, 21.8.2); a longer one is no entry. */
const MAX_ENTRY = 255;

/** What the instrument has refused, oldest first. */
export class ErrorQueue {
  readonly #ask: string;
  readonly #none: RegExp;
  readonly #size: number;

  constructor({ ask, none, size }: NonNullable<DriverFile['errorQueue']>) {
    this.#ask = sayPlain(ask);
    this.#none = new RegExp(none);
    this.#size = size;
  }

  /** Reads until it is empty, or has given more than it can hold. */
  async drain(conversation: Conversation, call: Call): Promise<readonly string[]> {
    const entries: string[] = [];
    while (entries.length <= this.#size) {
      const entry = (await conversation.query(this.#ask, call)).trim();
      if (this.#none.test(entry)) break;
      entries.push(entry.slice(0, MAX_ENTRY));
    }
    return entries;
  }

  /** Errors: DEVICE_FAULT with the instrument's own words, when it has refused what was just said. */
  async check(said: string, conversation: Conversation, call: Call): Promise<void> {
    const errors = await this.drain(conversation, call);
    const [first] = errors;
    if (first === undefined) return;
    const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
    throw new HardwareError('DEVICE_FAULT', `the instrument refused "${said}": ${first}${more}`, {
      details: { errors },
    });
  }
}
