import { isAborted } from '../../../core/call.js';
import { abortReason, type Clock } from '../../../core/clock.js';
import { HardwareError } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { within } from '../../../core/within.js';
import type { RpcProcedure } from '../../../core/wire/onc-rpc.js';
import { LEAST_MAX_RECEIVE_BYTES, vxi11, type Vxi11Error } from '../../../core/wire/vxi11.js';
import { vxi11ErrorOf, vxi11Errors } from '../../../core/wire/vxi11-words.js';
import type { RpcClient } from './rpc-client.js';

/** What the instrument gave for `createLink`. */
export type OpenedLink = { readonly lid: number; readonly abortPort: number; readonly maxReceiveBytes: number };

/** What a call to the instrument carries besides its own arguments. */
export type CallTimes = { readonly lid: number; readonly ioTimeoutMs: number; readonly lockTimeoutMs: number };

export type Vxi11LinkOptions = {
  readonly client: RpcClient;
  readonly opened: OpenedLink;
  readonly clock: Clock;
  /** Ends the call that is running; false: cannot be. */
  readonly abort: () => Promise<boolean>;
};

/** The instrument's own time ends this much before ours, so that its error 15 still comes in time. */
const ANSWER_MARGIN_MS = 20;
/** And we listen this much longer than it may take: a late word of it is heard, and belongs to nobody else. */
const LISTEN_LONGER_MS = 1_000;
/** 24.8 days; instruments keep times as signed words. */
const LONGEST_MS = 0x7fff_ffff;
const LEAST_MS = 1;

/** Makes the link; waits until the connection is closed. Errors: DISCONNECTED, LOCKED; those of `RpcClient.call`. */
export const createVxi11Link = async (
  client: RpcClient,
  { device, clientId }: { readonly device: string; readonly clientId: number },
): Promise<OpenedLink> => {
  const wish = { clientId, lockDevice: false, lockTimeoutMs: 0, device };
  const { error, lid, abortPort, maxReceiveBytes } = await client.call(vxi11.createLink, wish, LONGEST_MS);
  if (error !== vxi11Errors.none.number) throw vxi11Failure(error, `no link to "${device}"`);
  return { lid, abortPort, maxReceiveBytes: Math.max(maxReceiveBytes, LEAST_MAX_RECEIVE_BYTES) };
};

/** One link to one device: calls one after the other, each in the time of its caller. */
export class Vxi11Link {
  readonly opened: OpenedLink;
  readonly #options: Vxi11LinkOptions;
  /** The call that the instrument has not answered yet; perhaps its caller has given up. Never rejects. */
  #running: Promise<unknown> | undefined;

  constructor(options: Vxi11LinkOptions) {
    this.opened = options.opened;
    this.#options = options;
  }

  /** Gives up at the deadline or when aborted, and then ends the call on the instrument, too; `onResult` hears of its result
   *  even so. Errors also: TIMEOUT, and what `vxi11Errors` says. */
  async ask<Args, Result extends Vxi11Error>(
    procedure: RpcProcedure<Args, Result>,
    argsOf: (times: CallTimes) => Args,
    call: Call,
    onResult: (result: Result) => void = () => undefined,
  ): Promise<Result> {
    const { client } = this.#options;
    await this.settled(call);
    if (isAborted(call)) throw abortReason(call.signal);
    const ioTimeoutMs = this.#ioTimeout(call);
    const args = argsOf({ lid: this.opened.lid, ioTimeoutMs, lockTimeoutMs: 0 });
    const asked = client
      .call(procedure, args, ioTimeoutMs + LISTEN_LONGER_MS)
      .then((result) => {
        onResult(result);
        return result;
      })
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = asked.then(ignore, ignore);
    const result = await this.#inTime(asked, call);
    if (result.error !== vxi11Errors.none.number) throw vxi11Failure(result.error);
    return result;
  }

  /** Resolves when the instrument has nothing to answer any more. Errors: TIMEOUT. */
  async settled(call: Call): Promise<void> {
    if (this.#running !== undefined) await this.#inTime(this.#running, call);
  }

  /** A call is running on the instrument. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** The link's end, as far as the instrument says so in time. Never rejects. */
  async destroy(limitMs: number): Promise<void> {
    const { client } = this.#options;
    if (!client.isOpen || this.isBusy) return;
    await client.call(vxi11.destroyLink, { lid: this.opened.lid }, limitMs).catch(() => undefined);
  }

  async #inTime<T>(work: Promise<T>, call: Call): Promise<T> {
    const { clock, abort, client } = this.#options;
    const ms = this.#left(call);
    const late = (): Error => new HardwareError('TIMEOUT', vxi11Errors.ioTimeout.meaning);
    try {
      return await within(clock, work, { ms, late, signal: call.signal });
    } catch (thrown) {
      if (this.isBusy && client.isOpen) void abort();
      throw thrown;
    }
  }

  #ioTimeout(call: Call): number {
    const leftMs = this.#left(call);
    return Math.max(LEAST_MS, Math.floor(leftMs - Math.min(ANSWER_MARGIN_MS, leftMs / 2)));
  }

  #left({ deadline }: Call): number {
    return Math.min(LONGEST_MS, Math.max(0, deadline - this.#options.clock.monotonic()));
  }
}

const ignore = (): void => undefined;

const vxi11Failure = (error: number, what = 'the instrument reports'): HardwareError => {
  const { code, meaning } = vxi11ErrorOf(error);
  return new HardwareError(code, `${what}: ${meaning} (VXI-11 error ${error})`);
};
