import type { Router } from 'zeromq';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import {
  bindSocket,
  closeSocket,
  commonOptions,
  listen,
  loadZeromq,
  type SendOutcome,
  type ZmqFrames,
} from './zmq-socket.js';

/** Messages that libzmq may hold for one client, each way; what waits beyond is in the client's outbox, counted in bytes. */
const HIGH_WATER_MARK = 64;

export type RouterOptions = {
  readonly address: string;
  /** A client that sends a longer frame is cut by libzmq before it is read. */
  readonly maxFrameBytes: number;
  readonly log: Logger;
};

/** A port for requests: each message begins with the identity of the client that sent it, and so does each answer. */
export class RouterSocket {
  readonly address: string;
  readonly #socket: Router;
  readonly #log: Logger;
  #listening: Promise<void> = Promise.resolve();

  private constructor(socket: Router, address: string, log: Logger) {
    this.#socket = socket;
    this.address = address;
    this.#log = log;
  }

  static async open({ address, maxFrameBytes, log }: RouterOptions): Promise<RouterSocket> {
    const { Router } = await loadZeromq();
    const socket = new Router({
      ...commonOptions,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: HIGH_WATER_MARK,
      maxMessageSize: maxFrameBytes,
      // Else an answer to a client that has gone, or that does not read, vanishes without a word.
      mandatory: true,
      // A client that comes back under its old identity is served at once, not after its dead connection has been noticed.
      handover: true,
    });
    return new RouterSocket(socket, await bindSocket(socket, address), log);
  }

  /** From now on every message goes to `handle`, the identity of its sender first. */
  listen(handle: (frames: readonly Uint8Array[]) => void): void {
    this.#listening = listen(this.#socket, this.#log, handle);
  }

  async send(frames: ZmqFrames): Promise<SendOutcome> {
    if (this.#socket.closed) return 'gone';
    try {
      await this.#socket.send([...frames]);
      return 'sent';
    } catch (thrown) {
      const outcome = outcomeOf(thrown);
      if (outcome !== undefined) return outcome;
      this.#log.error('answer could not be sent', { address: this.address, reason: toProblem(thrown).message });
      return 'gone';
    }
  }

  async close(): Promise<void> {
    await closeSocket(this.#socket, this.address);
    await this.#listening;
  }
}

const outcomeOf = (thrown: unknown): SendOutcome | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  if (thrown.code === 'EAGAIN') return 'full';
  return thrown.code === 'EHOSTUNREACH' ? 'gone' : undefined;
};
