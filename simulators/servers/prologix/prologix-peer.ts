import type { Duplex } from 'node:stream';
import type { Logger } from '../../../core/log.js';
import { PrologixLineReader, type PrologixLine } from '../../../core/wire/prologix.js';
import type { SimulatedPrologix } from './prologix-adapter.js';

/** A client that is this far ahead is not read from until the adapter has caught up. */
const MAX_LINES = 64;

/** Lets a simulated adapter talk with its client over any stream: a TCP connection, a serial line. */
export const servePrologix = (stream: Duplex, adapter: SimulatedPrologix, log: Logger): void => {
  new PrologixPeer(stream, adapter, log);
};

class PrologixPeer {
  readonly #stream: Duplex;
  readonly #adapter: SimulatedPrologix;
  readonly #log: Logger;
  readonly #reader = new PrologixLineReader();
  readonly #gone = new AbortController();
  readonly #lines: PrologixLine[] = [];
  #isWorking = false;
  /** Nothing more comes from the client; it still gets what it has asked for. */
  #isEnding = false;

  constructor(stream: Duplex, adapter: SimulatedPrologix, log: Logger) {
    this.#stream = stream;
    this.#adapter = adapter;
    this.#log = log;
    stream.on('data', (chunk: Uint8Array) => {
      this.#take(chunk);
    });
    stream.on('error', () => undefined); // `close` follows
    stream.once('end', () => {
      this.#isEnding = true;
      if (!this.#isWorking) stream.end();
    });
    stream.once('close', () => {
      this.#gone.abort();
    });
  }

  #take(chunk: Uint8Array): void {
    for (const line of this.#reader.push(chunk)) this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#stream.pause();
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      const outcome = await this.#outcomeOf(line);
      if (outcome === 'reboot') this.#stream.destroy();
      if (outcome === 'reboot' || this.#gone.signal.aborted) break;
      if (this.#lines.length === 0) this.#stream.resume();
      await this.#drained();
    }
    this.#isWorking = false;
    if (this.#isEnding) this.#stream.end();
  }

  /** A line at which the adapter fails is no reason to leave those behind it. */
  async #outcomeOf(line: PrologixLine): Promise<'done' | 'reboot'> {
    try {
      return await this.#adapter.work(line, (bytes) => this.#say(bytes), this.#gone.signal);
    } catch (thrown) {
      if (!this.#gone.signal.aborted) this.#log.error('simulated adapter has failed', { reason: String(thrown) });
      return 'done';
    }
  }

  /** A client that does not read what it has asked for is asked for nothing more. */
  #drained(): Promise<void> | undefined {
    const stream = this.#stream;
    if (!stream.writableNeedDrain || stream.destroyed) return undefined;
    return new Promise((resolve) => {
      const settle = (): void => {
        stream.off('drain', settle).off('close', settle);
        resolve();
      };
      stream.on('drain', settle).on('close', settle);
    });
  }

  #say(bytes: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }
}
