import { Observable, share } from 'rxjs';
import { toProblem } from '../../../core/errors.js';
import type { Logger } from '../../../core/log.js';
import type { Random } from '../../../core/random.js';
import type { RpcProcedure } from '../../../core/wire/onc-rpc.js';
import { FAMILY_TCP, VXI11_INTERRUPT, vxi11, type Vxi11Error } from '../../../core/wire/vxi11.js';
import { vxi11ErrorOf, vxi11Errors } from '../../../core/wire/vxi11-words.js';
import type { RpcClient } from './rpc-client.js';
import type { InterruptPort, OpenInterruptPort } from './vxi11-interrupts.js';

export type ServiceRequestsOptions = {
  readonly client: RpcClient;
  readonly lid: number;
  /** Our address on the way to the instrument. */
  readonly localHost: string;
  readonly openPort: OpenInterruptPort;
  readonly random: Random;
  readonly log: Logger;
};

/** Enabling is quick; but it waits behind what the instrument does just now. */
const ENABLE_LIMIT_MS = 10_000;
const HANDLE_BYTES = 8;

/** Requests for service of one link. Nothing is opened before somebody subscribes; it is closed with the last. */
export const serviceRequestsOf = (options: ServiceRequestsOptions): Observable<void> =>
  new Observable<void>((subscriber) => {
    const { log, localHost } = options;
    const channel = new InterruptChannel(options, () => {
      subscriber.next();
    });
    channel.open().catch((thrown: unknown) => {
      if (subscriber.closed) return;
      log.warn('the instrument sends no service requests', { reason: toProblem(thrown).message, localHost });
    });
    return () => {
      channel.close();
    };
  }).pipe(share());

class InterruptChannel {
  readonly #options: ServiceRequestsOptions;
  readonly #onRequest: () => void;
  readonly #handle: Uint8Array;
  #port: InterruptPort | undefined;
  #isClosed = false;

  constructor(options: ServiceRequestsOptions, onRequest: () => void) {
    this.#options = options;
    this.#onRequest = onRequest;
    this.#handle = Uint8Array.from({ length: HANDLE_BYTES }, () => Math.floor(256 * options.random()));
  }

  async open(): Promise<void> {
    const { lid, localHost, openPort } = this.#options;
    const port = await openPort(localHost, (handle) => {
      if (isSame(handle, this.#handle)) this.#onRequest();
    });
    if (this.#isClosed) {
      port.close();
      return;
    }
    this.#port = port;
    const { hostAddress, hostPort } = port;
    try {
      await this.#ask(vxi11.createInterruptChannel, { hostAddress, hostPort, ...VXI11_INTERRUPT, family: FAMILY_TCP });
      await this.#ask(vxi11.enableSrq, { lid, enable: true, handle: this.#handle });
    } catch (thrown) {
      port.close();
      this.#port = undefined;
      throw thrown;
    }
  }

  close(): void {
    const { client, lid } = this.#options;
    this.#isClosed = true;
    if (this.#port === undefined) return;
    this.#port.close();
    this.#port = undefined;
    if (!client.isOpen) return;
    // The instrument would go on trying to reach a port that is closed.
    void this.#ask(vxi11.enableSrq, { lid, enable: false, handle: this.#handle }).catch(() => undefined);
    void this.#ask(vxi11.destroyInterruptChannel, undefined).catch(() => undefined);
  }

  async #ask<Args>(procedure: RpcProcedure<Args, Vxi11Error>, args: Args): Promise<void> {
    const { error } = await this.#options.client.call(procedure, args, ENABLE_LIMIT_MS);
    if (error !== vxi11Errors.none.number) throw new Error(`${vxi11ErrorOf(error).meaning} (VXI-11 error ${error})`);
  }
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index]);
