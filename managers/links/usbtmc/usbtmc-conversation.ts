import { Subject, type Observable } from 'rxjs';
import { isAborted } from '../../../core/call.js';
import { abortReason, type Clock } from '../../../core/clock.js';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { withoutTermination } from '../../../core/wire/response-end.js';
import { within } from '../../../core/within.js';
import type { BlockingSlots } from './blocking-slots.js';
import { latin1Bytes } from '../program-text.js';
import { MAX_ANSWER_BYTES, type Road } from '../road.js';
import type { UsbtmcDevice } from './usbtmc-device.js';
import { systemCode, transferError } from './usbtmc-errors.js';
import { usbtmcRequests } from './usbtmc-requests.js';

export type UsbtmcRoadOptions = {
  /** Of the device file; also what messages call it. */
  readonly path: string;
  readonly device: UsbtmcDevice;
  readonly slots: BlockingSlots;
  readonly clock: Clock;
  readonly settings: Pick<LinkSettings, 'readTermination' | 'writeTermination'>;
};

const PIECE_BYTES = 65_536;
const END = 1;
/** The driver takes no shorter ones; a longer one than necessary only keeps a thread. */
const TIMEOUT_STEP_MS = 100;
const MAX_TIMEOUT_MS = 60_000;

/** An instrument behind the kernel's USBTMC driver, one message a `write`. A call of the driver cannot be ended from outside:
 *  one that was given up goes on until its own time is up, and the next waits for it. What it brings is not lost. */
export class UsbtmcRoad implements Road {
  readonly bus: string;
  readonly #options: UsbtmcRoadOptions;
  readonly #writeTermination: Uint8Array;
  readonly #readTermination: Uint8Array;
  readonly #lost = new Subject<Problem>();
  /** What the driver is at; never rejects. */
  #busy: Promise<unknown> = Promise.resolve();
  #timeoutMs = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #isWhole = false;

  constructor(options: UsbtmcRoadOptions) {
    const { path, settings } = options;
    this.bus = path;
    this.#options = options;
    this.#writeTermination = latin1Bytes(settings.writeTermination ?? '');
    this.#readTermination = latin1Bytes(settings.readTermination ?? '\n');
  }

  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get pendingBytes(): number {
    return this.#partBytes;
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    const bytes = joinBytes([message, this.#writeTermination]);
    await this.#inDriver(call, async ({ write }) => {
      this.#forget();
      await this.#limit(call);
      const taken = await write(bytes);
      if (taken === bytes.length) return;
      throw new HardwareError(
        'DEVICE_FAULT',
        `${this.bus} took ${taken} of the ${bytes.length} bytes that it was sent`,
      );
    });
  }

  async receive(call: Call): Promise<Uint8Array> {
    while (!this.#isWhole) await this.#inDriver(call, (device) => this.#readPiece(device, call));
    const answer = joinBytes(this.#parts);
    this.#forget();
    return withoutTermination(answer, this.#readTermination);
  }

  async clear(call: Call): Promise<'clear' | 'reopen'> {
    try {
      await this.#inDriver(call, ({ request }) => request(usbtmcRequests.clear));
    } catch (thrown) {
      if (isAborted(call) || (thrown instanceof HardwareError && thrown.code === 'DISCONNECTED')) throw thrown;
      return 'reopen';
    }
    this.#forget();
    return 'clear';
  }

  async statusByte(call: Call): Promise<number> {
    const status = new Uint8Array(1);
    await this.#ask('status byte', usbtmcRequests.readStatusByte, call, status);
    return status[0] ?? 0;
  }

  trigger(call: Call): Promise<void> {
    return this.#ask('trigger', usbtmcRequests.trigger, call);
  }

  async close(): Promise<void> {
    this.#lost.complete();
    await this.#busy; // the number of a file that is closed under a call may be another file's by the time it returns
    await this.#options.device.close().catch(() => undefined);
  }

  /** To END, to the end of the piece, or until the time is up: then nothing has come. */
  async #readPiece(device: UsbtmcDevice, call: Call): Promise<void> {
    if (this.#isWhole) return; // by a read that was given up, and waited for
    await this.#limit(call);
    const bytes = await device.read(PIECE_BYTES).catch((thrown: unknown) => {
      if (systemCode(thrown) === 'ETIMEDOUT') return undefined;
      throw thrown;
    });
    if (bytes === undefined) return;
    const isEnd = await this.#hasEnd(device, bytes);
    // So the driver says that what has come was no answer to its question; it has written why into the kernel's log.
    if (bytes.length === 0 && !(isEnd && this.#partBytes > 0))
      throw new HardwareError('DEVICE_FAULT', `${this.bus} has sent what is no message of USBTMC`);
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
    this.#isWhole = isEnd;
    if (this.#partBytes > MAX_ANSWER_BYTES)
      throw new HardwareError('TOO_LARGE', `${this.bus} sent more than ${MAX_ANSWER_BYTES} bytes in one answer`);
  }

  async #hasEnd({ request }: UsbtmcDevice, bytes: Uint8Array): Promise<boolean> {
    const attributes = new Uint8Array(1);
    try {
      await request(usbtmcRequests.messageInAttributes, attributes);
    } catch {
      return bytes.length < PIECE_BYTES; // an old kernel: an instrument that sends less has nothing more to say
    }
    return ((attributes[0] ?? 0) & END) !== 0;
  }

  /** The driver ends what takes longer than `call`: not much later, and never before. */
  async #limit({ deadline }: Call): Promise<void> {
    const { clock, device } = this.#options;
    const leftMs = Math.min(deadline - clock.monotonic(), MAX_TIMEOUT_MS);
    const ms = Math.max(1, Math.ceil(leftMs / TIMEOUT_STEP_MS) + 1) * TIMEOUT_STEP_MS;
    if (ms === this.#timeoutMs) return;
    const argument = new Uint8Array(Uint32Array.of(ms).buffer); // in the order of this computer, as C has it
    await device.request(usbtmcRequests.setTimeout, argument).catch(() => undefined); // a kernel without it: 5 s
    this.#timeoutMs = ms;
  }

  async #ask(what: string, request: number, call: Call, argument?: Uint8Array): Promise<void> {
    await this.#inDriver(call, async (device) => {
      await this.#limit(call);
      await device.request(request, argument).catch((thrown: unknown) => {
        const error = transferError(this.bus, thrown);
        if (error.code !== 'DEVICE_FAULT') throw error;
        throw new HardwareError('BAD_COMMAND', `${this.bus} has no ${what} by USB (${systemCode(thrown)})`);
      });
    });
  }

  /** Runs `work` when the driver is done with what was before, and a thread is free; not when nobody waits for it any more. */
  async #inDriver<T>(call: Call, work: (device: UsbtmcDevice) => Promise<T>): Promise<T> {
    const { device, slots } = this.#options;
    await this.#inTime(this.#busy, call);
    const running = slots.run(async () => {
      this.#refuseOverdue(call);
      return work(device);
    });
    this.#busy = running.catch(() => undefined);
    try {
      return await this.#inTime(running, call);
    } catch (thrown) {
      if (isAborted(call)) throw thrown;
      const error = transferError(this.bus, thrown);
      if (error.code === 'DISCONNECTED') this.#lose(error.problem);
      throw error;
    }
  }

  #lose(reason: Problem): void {
    this.#lost.next(reason);
    this.#lost.complete();
  }

  #inTime<T>(work: Promise<T>, call: Call): Promise<T> {
    const { clock } = this.#options;
    if (isAborted(call)) return Promise.reject(abortReason(call.signal));
    const ms = Math.max(0, call.deadline - clock.monotonic());
    return within(clock, work, { ms, late: () => this.#late(), signal: call.signal });
  }

  #refuseOverdue(call: Call): void {
    if (isAborted(call)) throw abortReason(call.signal);
    if (this.#options.clock.monotonic() >= call.deadline) throw this.#late();
  }

  #late(): HardwareError {
    return new HardwareError('TIMEOUT', `${this.bus} did not answer in time`);
  }

  #forget(): void {
    this.#parts = [];
    this.#partBytes = 0;
    this.#isWhole = false;
  }
}
