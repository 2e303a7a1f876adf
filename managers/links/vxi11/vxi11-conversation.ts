import type { Observable } from 'rxjs';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { blockEnd, endsWith, withoutTermination } from '../../../core/wire/response-end.js';
import { vxi11 } from '../../../core/wire/vxi11.js';
import { vxi11Flags, vxi11Reasons } from '../../../core/wire/vxi11-words.js';
import { latin1Bytes } from '../program-text.js';
import { MAX_ANSWER_BYTES, type Road } from '../road.js';
import type { RpcClient } from './rpc-client.js';
import type { Vxi11Abort } from './vxi11-abort.js';
import type { Vxi11Link } from './vxi11-link.js';

export type Vxi11RoadOptions = {
  readonly bus: string;
  readonly client: RpcClient;
  readonly link: Vxi11Link;
  readonly abort: Vxi11Abort;
  readonly serviceRequests: Observable<void>;
  readonly settings: Pick<LinkSettings, 'readTermination' | 'writeTermination'>;
  readonly maxAnswerBytes?: number;
};

/** The instrument frees the link anyway when the connection closes. */
const DESTROY_LIMIT_MS = 300;
/** One piece of an answer or of a message, as long as the instrument takes no less. */
const PIECE_BYTES = 65_536;

/** Messages to one instrument over a VXI-11 link, ended by END (psu-rest spec, 7). A read that was given up is ended on the
 *  instrument as well; what it brings even so goes to the next `receive`. */
export class Vxi11Road implements Road {
  readonly bus: string;
  readonly serviceRequests: Observable<void>;
  readonly #options: Vxi11RoadOptions;
  readonly #pieceBytes: number;
  readonly #writeTermination: Uint8Array;
  readonly #readTermination: Uint8Array;
  /** A read ends with the termination only where the settings ask for it: else LF within a block would cut it. */
  readonly #endsAtTermination: boolean;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #blockEnd = 0;
  #isWhole = false;

  constructor(options: Vxi11RoadOptions) {
    const { bus, serviceRequests, link, settings } = options;
    this.#options = options;
    this.bus = bus;
    this.serviceRequests = serviceRequests;
    this.#pieceBytes = Math.min(PIECE_BYTES, link.opened.maxReceiveBytes);
    this.#writeTermination = latin1Bytes(settings.writeTermination ?? '');
    this.#readTermination = latin1Bytes(settings.readTermination ?? '\n');
    this.#endsAtTermination = settings.readTermination !== undefined && settings.readTermination !== '';
  }

  get lost(): Observable<Problem> {
    return this.#options.client.lost;
  }

  get pendingBytes(): number {
    return this.#partBytes;
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    const { link } = this.#options;
    await link.settled(call);
    this.#forget();
    const bytes = joinBytes([message, this.#writeTermination]);
    let at = 0;
    do {
      const data = bytes.subarray(at, at + this.#pieceBytes);
      const flags = at + data.length === bytes.length ? vxi11Flags.end : 0;
      const { size } = await link.ask(vxi11.write, (times) => ({ ...times, flags, data }), call);
      if (size === 0 && data.length > 0) {
        throw new HardwareError('DEVICE_FAULT', `it took nothing of the ${data.length} bytes that it was sent`);
      }
      at += Math.min(size, data.length);
    } while (at < bytes.length);
  }

  async receive(call: Call): Promise<Uint8Array> {
    const { link } = this.#options;
    await link.settled(call);
    while (!this.#isWhole) {
      await link.ask(
        vxi11.read,
        (times) => ({ ...times, ...this.#wish }),
        call,
        (part) => {
          this.#arrive(part);
        },
      );
      this.#refuseTooLarge();
    }
    const answer = joinBytes(this.#parts);
    this.#forget();
    return withoutTermination(answer, this.#readTermination);
  }

  /** Device clear, once the instrument is done with what was given up. */
  async clear(call: Call): Promise<'clear' | 'reopen'> {
    const { link } = this.#options;
    try {
      await link.ask(vxi11.clear, (times) => ({ ...times, flags: 0 }), call);
    } catch (thrown) {
      if (call.signal.aborted) throw thrown;
      return 'reopen';
    }
    this.#forget();
    return 'clear';
  }

  async statusByte(call: Call): Promise<number> {
    const { link } = this.#options;
    const { statusByte } = await link.ask(vxi11.readStatusByte, (times) => ({ ...times, flags: 0 }), call);
    return statusByte;
  }

  async trigger(call: Call): Promise<void> {
    await this.#options.link.ask(vxi11.trigger, (times) => ({ ...times, flags: 0 }), call);
  }

  /** Locks the front panel, as far as the instrument does. */
  async remote(call: Call): Promise<void> {
    await this.#options.link.ask(vxi11.remote, (times) => ({ ...times, flags: 0 }), call);
  }

  /** Gives the front panel back. */
  async local(call: Call): Promise<void> {
    await this.#options.link.ask(vxi11.local, (times) => ({ ...times, flags: 0 }), call);
  }

  async close(): Promise<void> {
    const { link, client, abort } = this.#options;
    await link.destroy(DESTROY_LIMIT_MS);
    await Promise.all([client.close(), abort.close()]);
  }

  get #wish(): { readonly requestBytes: number; readonly flags: number; readonly terminator: number } {
    return {
      requestBytes: this.#pieceBytes,
      flags: this.#endsAtTermination ? vxi11Flags.terminatorSet : 0,
      terminator: this.#endsAtTermination ? (this.#readTermination.at(-1) ?? 0) : 0,
    };
  }

  #arrive({ reason, data }: { readonly reason: number; readonly data: Uint8Array }): void {
    this.#parts.push(data);
    this.#partBytes += data.length;
    if ((reason & vxi11Reasons.end) !== 0) this.#isWhole = true;
    else if ((reason & vxi11Reasons.terminatorMet) !== 0) this.#lookForTermination();
  }

  /** Of what comes within a block, no more is looked at. */
  #lookForTermination(): void {
    if (!this.#endsAtTermination || this.#partBytes < this.#blockEnd) return;
    const answer = joinBytes(this.#parts);
    this.#parts = [answer];
    this.#blockEnd = blockEnd(answer);
    this.#isWhole = endsWith(answer, this.#readTermination);
  }

  #refuseTooLarge(): void {
    const { maxAnswerBytes = MAX_ANSWER_BYTES } = this.#options;
    if (this.#partBytes <= maxAnswerBytes) return;
    this.#forget();
    throw new HardwareError('TOO_LARGE', `it sent more than ${maxAnswerBytes} bytes in one answer`);
  }

  #forget(): void {
    this.#parts = [];
    this.#partBytes = 0;
    this.#blockEnd = 0;
    this.#isWhole = false;
  }
}
