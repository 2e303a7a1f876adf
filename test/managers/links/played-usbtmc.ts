import type { Clock } from '../../../core/clock.js';
import type { UsbtmcDevice } from '../../../managers/links/usbtmc/usbtmc-device.js';
import { usbtmcRequests } from '../../../managers/links/usbtmc/usbtmc-requests.js';

const failure = (code: string): Error => Object.assign(new Error(`${code}: as the kernel says it`), { code });

/** The kernel's USBTMC driver with an instrument behind it, as far as one can tell from outside. */
export class PlayedUsbtmc implements UsbtmcDevice {
  readonly written: string[] = [];
  readonly requests: number[] = [];
  /** Milliseconds that the driver was told to wait, in order. */
  readonly timeouts: number[] = [];
  /** Answers that are ready, in pieces: END stands behind the last of each. */
  readonly #pieces: { readonly bytes: Uint8Array; readonly isEnd: boolean }[] = [];
  readonly #clock: Clock;
  #timeoutMs = 5_000;
  #attributes = 0;
  #comes: () => void = () => undefined;
  /** Requests that the instrument, or an old kernel, refuses: code by number. */
  readonly refused = new Map<number, string>();
  /** What every call fails with. */
  isGone: string | undefined;
  isClosed = false;
  /** Calls that are in the driver now, and the most there were at a time. */
  running = 0;
  status = 0;
  takes = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  say(text: string, isEnd = true): void {
    this.#pieces.push({ bytes: Buffer.from(text, 'latin1'), isEnd });
    this.#comes();
  }

  readonly write = async (message: Uint8Array): Promise<number> => {
    this.#check();
    this.written.push(Buffer.from(message).toString('latin1'));
    return Promise.resolve(Math.min(message.length, this.takes));
  };

  readonly read = async (maxBytes: number): Promise<Uint8Array> => {
    this.#check();
    this.running += 1;
    try {
      if (this.#pieces.length === 0) await this.#arrival();
      this.#check();
      const piece = this.#pieces.shift();
      if (piece === undefined) throw failure('ETIMEDOUT');
      this.#attributes = piece.isEnd ? 1 : 0;
      return piece.bytes.subarray(0, maxBytes);
    } finally {
      this.running -= 1;
    }
  };

  readonly request = async (request: number, argument?: Uint8Array): Promise<void> => {
    this.#check();
    this.requests.push(request);
    const code = this.refused.get(request);
    if (code !== undefined) throw failure(code);
    await Promise.resolve();
    if (request === usbtmcRequests.setTimeout) {
      this.#timeoutMs = new Uint32Array(argument?.slice().buffer ?? new ArrayBuffer(4))[0] ?? 0;
      this.timeouts.push(this.#timeoutMs);
    }
    if (request === usbtmcRequests.messageInAttributes) argument?.fill(this.#attributes);
    if (request === usbtmcRequests.readStatusByte) argument?.fill(this.status);
    if (request === usbtmcRequests.clear) this.#pieces.length = 0;
  };

  readonly close = (): Promise<void> => {
    this.isClosed = true;
    return Promise.resolve();
  };

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#timeoutMs, resolve);
      this.#comes = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Unplugged: what is in the driver ends at once. */
  unplug(): void {
    this.isGone = 'ENODEV';
    this.#comes();
  }

  #check(): void {
    if (this.isGone !== undefined) throw failure(this.isGone);
  }
}
