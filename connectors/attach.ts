import type { Duplex } from 'node:stream';
import type { BadFrame, Decode } from '../core/codec.js';
import { problem, toProblem } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import type { Sink } from '../core/outbox.js';
import type { Burst } from '../core/parcel.js';
import { FrameReader } from '../core/wire/frame-reader.js';
import type { Exchange, Peer } from './exchange.js';
import { isFarBehind } from './far-behind.js';

export type AttachOptions<Incoming extends object, Frame> = {
  readonly peer: string;
  readonly exchange: Exchange<Frame>;
  readonly decode: Decode<Incoming>;
  readonly toFrame: (incoming: Incoming) => Frame;
  readonly log: Logger;
};

const SHOWN_BYTES = 200;

/** Joins a byte stream to an exchange for as long as the stream lives: transport x codec x dialect for one peer. */
export const attach = <Incoming extends object, Frame>(
  stream: Duplex,
  options: AttachOptions<Incoming, Frame>,
): void => {
  const peer = new StreamPeer(stream, options);
  peer.join();
};

class StreamPeer<Incoming extends object, Frame> implements Sink {
  readonly #stream: Duplex;
  readonly #options: AttachOptions<Incoming, Frame>;
  readonly #reader: FrameReader<Incoming>;
  readonly #log: Logger;
  readonly #member: Peer;
  #receivedBytes = 0;
  #sentBytes = 0;
  #reason: string | undefined;

  constructor(stream: Duplex, options: AttachOptions<Incoming, Frame>) {
    this.#stream = stream;
    this.#options = options;
    this.#reader = new FrameReader<Incoming>(options);
    this.#log = options.log.child({ peer: options.peer });
    this.#member = options.exchange.join(options.peer, this);
  }

  join(): void {
    this.#log.info('connected');
    this.#stream
      .on('data', (chunk: Uint8Array) => {
        this.#onChunk(chunk);
      })
      .on('drain', () => {
        this.#onDrain();
      })
      .on('error', (error: Error) => {
        this.#reason ??= error.message;
      })
      .once('close', () => {
        this.#onClose();
      });
  }

  write(burst: Burst): boolean {
    if (!this.#stream.writable) return true; // `close` is on its way
    const { bytes } = burst;
    this.#sentBytes += bytes.length;
    if (this.#log.isDebug()) this.#log.debug('sent', { bytes: bytes.length, begin: shown(bytes) });
    return this.#stream.write(bytes);
  }

  close(reason: string): void {
    this.#reason ??= reason;
    this.#log.warn('disconnected, too slow', { reason });
    this.#stream.destroy();
  }

  #onChunk(chunk: Uint8Array): void {
    if (!this.#stream.writable) return; // could not be answered any more
    this.#receivedBytes += chunk.length;
    if (this.#log.isDebug()) this.#log.debug('received', { bytes: chunk.length, begin: shown(chunk) });
    try {
      this.#options.exchange.gather(() => {
        for (const frame of this.#reader.feed(chunk)) this.#onFrame(frame);
      });
    } catch (thrown) {
      // A defect. It costs this peer its connection, and the others nothing.
      this.#reason = toProblem(thrown).message;
      this.#log.error('disconnected, its bytes met a defect', { reason: this.#reason });
      this.#stream.destroy();
    }
    if (isFarBehind(this.#member.outbox)) this.#stream.pause();
  }

  #onFrame(frame: Incoming | BadFrame): void {
    const { exchange, toFrame } = this.#options;
    if (!isBad(frame)) {
      exchange.receive(this.#member, toFrame(frame));
      return;
    }
    exchange.refuse(this.#member, problem('BAD_MESSAGE', frame.problem));
    if (frame.isFatal !== true) return;
    exchange.flush();
    this.#reason ??= frame.problem;
    this.#stream.end();
  }

  #onDrain(): void {
    this.#member.outbox.drained();
    if (this.#stream.isPaused() && !isFarBehind(this.#member.outbox)) this.#stream.resume();
  }

  #onClose(): void {
    this.#options.exchange.leave(this.#member);
    this.#log.info('gone', {
      reason: this.#reason,
      receivedBytes: this.#receivedBytes,
      sentBytes: this.#sentBytes,
      received: this.#member.received,
      sent: this.#member.outbox.sent,
      conflated: this.#member.outbox.conflated,
    });
  }
}

const isBad = (frame: object): frame is BadFrame => 'type' in frame && frame.type === 'bad';

const shown = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('latin1');
