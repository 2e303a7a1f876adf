import type { Duplex } from 'node:stream';
import type { Logger } from '../../core/log.js';
import { PrologixLineReader, type PrologixLine } from '../../core/wire/prologix.js';
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

  constructor(stream: Duplex, adapter: SimulatedPrologix, log: Logger) {
    this.#stream = stream;
    this.#adapter = adapter;
    this.#log = log;
    stream.on('data', (chunk: Uint8Array) => {
      this.#take(chunk);
    });
    stream.on('error', () => undefined); // `close` follows
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.#gone.abort();
    });
  }

  #take(chunk: Uint8Array): void {
    this.#lines.push(...this.#reader.push(chunk));
    if (this.#lines.length > MAX_LINES) this.#stream.pause();
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
        const outcome = await this.#adapter.work(line, (bytes) => this.#say(bytes), this.#gone.signal);
        if (outcome === 'reboot') this.#stream.destroy();
        if (this.#gone.signal.aborted) return;
        if (this.#lines.length === 0) this.#stream.resume();
      }
    } catch (thrown) {
      if (!this.#gone.signal.aborted) this.#log.error('simulated adapter has failed', { reason: String(thrown) });
    } finally {
      this.#isWorking = false;
    }
  }

  #say(bytes: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }
}
