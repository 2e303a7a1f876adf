import type { XPublisher } from 'zeromq';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { bindSocket, closeSocket, commonOptions, listen, loadZeromq, type ZmqFrames } from './zmq-socket.js';

/** No topic of ours is longer; a client that subscribes to more than this is cut by libzmq. */
const MAX_SUBSCRIPTION_BYTES = 512;

export type XpubOptions = {
  readonly address: string;
  /** Messages that may wait for one subscriber; libzmq drops what comes beyond, for it alone. */
  readonly highWaterMark: number;
  readonly log: Logger;
};

/** A publishing port that hears who subscribes. */
export class XpubSocket {
  readonly address: string;
  readonly #socket: XPublisher;
  readonly #log: Logger;
  #listening: Promise<void> = Promise.resolve();

  private constructor(socket: XPublisher, address: string, log: Logger) {
    this.#socket = socket;
    this.address = address;
    this.#log = log;
  }

  static async open({ address, highWaterMark, log }: XpubOptions): Promise<XpubSocket> {
    const { XPublisher } = await loadZeromq();
    const socket = new XPublisher({
      ...commonOptions,
      sendHighWaterMark: highWaterMark,
      maxMessageSize: MAX_SUBSCRIPTION_BYTES,
    });
    // Every subscription is told, not only the first of a prefix: each newcomer is owed a snapshot.
    socket.verbosity = 'allSubs';
    return new XpubSocket(socket, await bindSocket(socket, address), log);
  }

  /** From now on every subscription, and the end of each prefix, goes to `handle` as libzmq words it. */
  listen(handle: (frame: Uint8Array) => void): void {
    this.#listening = listen(this.#socket, this.#log, ([frame]) => {
      if (frame !== undefined) handle(frame);
    });
  }

  /** Hands a message to libzmq at once, which drops it for the subscribers that are behind: nothing is kept here. */
  send(frames: ZmqFrames): void {
    if (this.#socket.closed) return;
    this.#socket.send([...frames]).catch((thrown: unknown) => {
      this.#log.error('message could not be published', { address: this.address, reason: toProblem(thrown).message });
    });
  }

  async close(): Promise<void> {
    await closeSocket(this.#socket, this.address);
    await this.#listening;
  }
}
