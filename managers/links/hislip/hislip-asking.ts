import { HardwareError } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import type { HislipMessage } from '../../../core/wire/hislip.js';
import { hislipTypes, type HislipType } from '../../../core/wire/hislip-tables.js';
import { isRefusal, refusalText, type HislipChannel } from './hislip-channel.js';
import type { Watch } from '../watch.js';

type Asked = { readonly type: number; outcome?: HislipMessage | HardwareError };

/** Answers that may be owed at once; an instrument that owes more has stopped to answer. */
const MAX_OWED = 16;

/** Questions on the asynchronous channel. Their answers have no id, but come in order: one that was given up keeps its place,
 *  so that a late answer never goes to a later question. */
export class HislipAsking {
  readonly #channel: HislipChannel;
  readonly #watch: Watch;
  readonly #name: string;
  #asked: readonly Asked[] = [];

  constructor(channel: HislipChannel, watch: Watch, name: string) {
    this.#channel = channel;
    this.#watch = watch;
    this.#name = name;
  }

  /** The answer of type `answer`. Errors: DEVICE_FAULT with the words of the instrument, TIMEOUT, DISCONNECTED. */
  async ask(message: HislipMessage, answer: HislipType, call: Call): Promise<HislipMessage> {
    if (this.#asked.length >= MAX_OWED) {
      throw new HardwareError('DISCONNECTED', `${this.#name} owes ${MAX_OWED} answers on its asynchronous channel`);
    }
    const asked: Asked = { type: hislipTypes[answer] };
    this.#asked = [...this.#asked, asked];
    await this.#channel.send(message, call);
    const outcome = await this.#watch.until(() => asked.outcome, call, `${this.#name} did not send ${answer} in time`);
    if (outcome instanceof HardwareError) throw outcome;
    return outcome;
  }

  /** Whether the message was an answer that is owed; who asked is told. */
  settle(message: HislipMessage): boolean {
    const isMeant = ({ type }: Asked): boolean => isRefusal(message) || type === message.type;
    const asked = this.#asked.find(isMeant);
    if (asked === undefined) return false;
    this.#asked = this.#asked.filter((other) => other !== asked);
    asked.outcome = isRefusal(message)
      ? new HardwareError('DEVICE_FAULT', `${this.#name} answers: ${refusalText(message)}`)
      : message;
    this.#watch.changed();
    return true;
  }
}
