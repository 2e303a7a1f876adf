import type { Duplex } from 'node:stream';
import { Subject, type Observable } from 'rxjs';
import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError, problem, type ErrorCode, type Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import { ChunkList } from '../../core/wire/chunks.js';
import { closeStream } from './close-stream.js';
import { endingAt } from './ending-at.js';

export type BytePipeOptions = {
  readonly stream: Duplex;
  /** What is at its other end, for messages: `the serial line /dev/ttyUSB0`. */
  readonly name: string;
  readonly clock: Clock;
  /** How it is closed, for a stream that `destroy` does not close. Never rejects. */
  readonly close?: () => Promise<void>;
};

/** More than any instrument says in one answer: what sends this much unasked is cut off. */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Bytes to and from something without END: a serial line, an adapter. Who takes bytes cuts them into answers. */
export class BytePipe {
  readonly #options: BytePipeOptions;
  readonly #unread = new ChunkList();
  readonly #arrivals = new Subject<void>();
  readonly #lost = new Subject<Problem>();
  #end: HardwareError | undefined;
  #reason = 'it was closed';
  #arrivedBytes = 0;

  constructor(options: BytePipeOptions) {
    this.#options = options;
    const { stream } = options;
    stream.on('data', (chunk: Uint8Array) => {
      this.#arrive(chunk);
    });
    stream.on('error', (error) => {
      this.#reason = error.message;
    });
    stream.on('end', () => stream.destroy());
    stream.on('close', (error?: unknown) => {
      if (error instanceof Error) this.#reason = error.message;
      this.#finish(`${options.name} is gone: ${this.#reason}`);
    });
  }

  /** Hot; once, unless it was closed by `close`. */
  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Resolves when the bytes are handed over. Errors: DISCONNECTED, TIMEOUT. */
  write(bytes: Uint8Array, call: Call): Promise<void> {
    let isWritten = false;
    if (this.isOpen && !call.signal.aborted) {
      this.#options.stream.write(bytes, (error) => {
        isWritten = !(error instanceof Error);
        this.#arrivals.next();
      });
    }
    return this.until(() => (isWritten ? true : undefined), call).then(() => undefined);
  }

  /** Bytes that have arrived and were not taken. */
  get unreadBytes(): number {
    return this.#unread.byteLength;
  }

  /** Takes them. */
  take(): Uint8Array {
    return this.#unread.take();
  }

  /** What `look` gives at last, or throws: it is asked now and whenever something happens. Errors: DISCONNECTED, TIMEOUT at the deadline. */
  until<T>(look: () => T | undefined, call: Call): Promise<T> {
    const { clock, name } = this.#options;
    return new Promise((resolve, reject) => {
      const settle = (settleIt: () => void): void => {
        cancel();
        call.signal.removeEventListener('abort', onAbort);
        arrivals.unsubscribe();
        settleIt();
      };
      const lookNow = (): void => {
        const found = this.#end === undefined && !call.signal.aborted ? tryLook() : undefined;
        const end = this.#end;
        if (found !== undefined) settle(() => resolve(found));
        else if (call.signal.aborted) onAbort();
        else if (end !== undefined) settle(() => reject(new HardwareError(end.code, end.message)));
      };
      const tryLook = (): T | undefined => {
        try {
          return look();
        } catch (thrown) {
          settle(() => reject(thrown instanceof Error ? thrown : new Error(String(thrown))));
          return undefined;
        }
      };
      const onAbort = (): void => {
        settle(() => reject(abortReason(call.signal)));
      };
      const cancel = clock.after(Math.max(0, call.deadline - clock.monotonic()), () => {
        settle(() => reject(new HardwareError('TIMEOUT', `${name} did not answer in time`)));
      });
      call.signal.addEventListener('abort', onAbort, { once: true });
      const arrivals = this.#arrivals.subscribe(lookNow);
      lookNow();
    });
  }

  /** The same, but undefined when nothing has arrived for `quietMs`. */
  async untilQuiet<T>(look: () => T | undefined, quietMs: number, call: Call): Promise<T | undefined> {
    const { clock } = this.#options;
    for (;;) {
      const arrived = this.#arrivedBytes;
      const deadline = Math.min(call.deadline, clock.monotonic() + quietMs);
      try {
        return await this.until(look, endingAt(call, deadline));
      } catch (thrown) {
        if (!isTimeout(thrown) || deadline === call.deadline) throw thrown;
        if (arrived === this.#arrivedBytes) return undefined;
      }
    }
  }

  /** Never rejects; nobody is told that it is lost. */
  close(): Promise<void> {
    this.#lost.complete();
    this.#finish(`${this.#options.name} was closed`);
    return this.#closeStream();
  }

  /** What is at the other end cannot be trusted any longer. */
  lose(reason: string): void {
    this.#finish(reason);
    void this.#closeStream();
  }

  #closeStream(): Promise<void> {
    const { stream, close } = this.#options;
    if (close !== undefined) return close();
    return closeStream(stream);
  }

  #arrive(chunk: Uint8Array): void {
    if (!this.isOpen) return; // a port goes on until it is closed
    this.#arrivedBytes += chunk.length;
    this.#unread.push(Uint8Array.from(chunk));
    if (this.#unread.byteLength > MAX_UNREAD_BYTES) {
      this.lose(`${this.#options.name} sent more than ${MAX_UNREAD_BYTES} bytes that nobody asked for`);
    }
    this.#arrivals.next();
  }

  #finish(message: string): void {
    if (this.#end !== undefined) return;
    const code: ErrorCode = 'DISCONNECTED';
    this.#end = new HardwareError(code, message);
    this.#unread.take();
    this.#lost.next(problem(code, message));
    this.#lost.complete();
    this.#arrivals.next();
    this.#arrivals.complete();
  }
}

export const isTimeout = (thrown: unknown): boolean => thrown instanceof HardwareError && thrown.code === 'TIMEOUT';
