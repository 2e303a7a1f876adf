import type { Clock } from '../../core/clock.js';
import { wordOfBits } from '../../core/driver-file/conversion.js';
import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { HardwareError } from '../../core/errors.js';
import type { Conversation } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { sayPlain } from './requests.js';

/** IEEE 488.2, 11.5.1: bit 7 of the event status is set by switching the instrument on, and cleared by reading it. */
const POWER_ON = 128;
const EVERY_MS = 1_000;

/** Notices that an instrument was switched off and on while the road to it stayed up, as behind a GPIB adapter. */
export class PowerWatch {
  readonly #ask: string;
  readonly #mask: number;
  readonly #everyMs: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #askedAt = -Infinity;

  constructor(
    { ask = '*ESR?', mask = POWER_ON, everyMs = EVERY_MS }: NonNullable<DriverFile['powerCycle']>,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.#ask = sayPlain(ask);
    this.#mask = mask;
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#clock.monotonic() - this.#askedAt >= this.#everyMs;
  }

  /** True when it was switched on since it was last asked. Errors: DEVICE_FAULT for an answer without a number. */
  async ask(conversation: Conversation, call: Call): Promise<boolean> {
    this.#askedAt = this.#clock.monotonic();
    const answer = await conversation.query(this.#ask, call);
    const bits = wordOfBits(answer.trim(), 10);
    if (bits === undefined)
      throw new HardwareError(
        'DEVICE_FAULT',
        `${this.#ask} was answered by "${answer.slice(0, 80)}", which is no number`,
      );
    return (bits & this.#mask) !== 0;
  }

  /** Errors: DISCONNECTED when it was: it is connected to and read anew, and nothing that was set before is sent again. */
  async refuse(conversation: Conversation, call: Call): Promise<void> {
    if (!(await this.ask(conversation, call))) return;
    throw new HardwareError(
      'DISCONNECTED',
      'the instrument was switched off and on; what was set on it before is not sent again',
    );
  }
}
