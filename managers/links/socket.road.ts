import type { Duplex } from 'node:stream';
import { Subject, type Observable } from 'rxjs';
import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import { ResponseFrames } from '../../core/wire/response-frames.js';
import { closeStream } from './close-stream.js';
import { latin1Bytes } from './program-text.js';
import { MAX_ANSWER_BYTES, type Road, type RoadKind } from './road.js';
import { openTcpStream, type OpenTcpStream } from './tcp-stream.js';

/** An instrument that is asked one thing at a time says no more than a few; each costs more than its bytes. */
const MAX_UNREAD_ANSWERS = 1_024;

export type SocketRoadOptions = {
  /** What messages call it: `psu1:5025`. */
  readonly name: string;
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly writeTermination?: string;
  readonly readTermination?: string;
  readonly maxAnswerBytes?: number;
};

/** What waits for bytes to come, or to go. */
type Waiter = { readonly signal: AbortSignal; readonly look: () => boolean; readonly fail: (reason: Error) => void };

/** A raw TCP connection: text and a line end, nothing else (psu-rest spec, 5). An answer ends with LF; within a block of
 *  definite length LF is data. There is no clear: after a request that was given up only a new connection is sure. */
export class SocketRoad implements Road {
  readonly bus: string;
  readonly #options: SocketRoadOptions;
  readonly #frames: ResponseFrames;
  readonly #terminator: Uint8Array;
  readonly #answers: Uint8Array[] = [];
  readonly #lost = new Subject<Problem>();
  #answerBytes = 0;
  #hasSent = false;
  #waiter: Waiter | undefined;
  /** The one that was waited with last. The listener stays on it: polls come with the same one again and again. */
  #signal: AbortSignal | undefined;
  #end: HardwareError | undefined;
  /** More than fits has come; nothing more is read from this connection. */
  #overflow: HardwareError | undefined;
  #reason = 'the instrument closed the connection';

  constructor(options: SocketRoadOptions) {
    const { name, stream } = options;
    this.bus = name;
    this.#options = options;
    this.#frames = new ResponseFrames(latin1Bytes(options.readTermination ?? '\n'));
    this.#terminator = latin1Bytes(options.writeTermination ?? '\n');
    stream.on('data', (chunk: Uint8Array) => {
      this.#arrive(chunk);
    });
    stream.on('drain', () => this.#waiter?.look());
    stream.on('error', (error) => {
      this.#reason = error.message;
    });
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.#lose(`the connection to ${name} is lost: ${this.#reason}`);
    });
  }

  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get pendingBytes(): number {
    return this.#answerBytes + this.#frames.pendingBytes;
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    if (this.#end !== undefined) throw this.#end;
    const { stream } = this.#options;
    this.#hasSent = true;
    if (stream.write(Buffer.concat([message, this.#terminator]))) return;
    await this.#until(() => (stream.writableNeedDrain ? undefined : true), call, 'did not take the whole request');
  }

  receive(call: Call): Promise<Uint8Array> {
    return this.#until(() => this.#takeAnswer(), call, 'did not answer');
  }

  /** A greeting is no answer, whole or not; later, the rest of what was cut would come as one. */
  drop(): 'nothing' | 'clear' | 'reopen' {
    if (this.#overflow !== undefined) return 'reopen';
    if (this.pendingBytes === 0) return 'nothing';
    const isCut = this.#frames.pendingBytes > 0;
    this.#answers.length = 0;
    this.#answerBytes = 0;
    this.#frames.takePending();
    return isCut && this.#hasSent ? 'reopen' : 'clear';
  }

  clear(): Promise<'reopen'> {
    return Promise.resolve('reopen');
  }

  close(): Promise<void> {
    const { stream, name } = this.#options;
    this.#finish(new HardwareError('DISCONNECTED', `the connection to ${name} was closed`));
    this.#lost.complete();
    return closeStream(stream);
  }

  #takeAnswer(): Uint8Array | undefined {
    const answer = this.#answers.shift();
    if (answer !== undefined) this.#answerBytes -= answer.length + 1;
    return answer;
  }

  #arrive(chunk: Uint8Array): void {
    this.#frames.push(chunk);
    for (let answer = this.#frames.next(); answer !== undefined; answer = this.#frames.next()) {
      this.#answers.push(answer);
      this.#answerBytes += answer.length + 1; // with its end
    }
    const { maxAnswerBytes = MAX_ANSWER_BYTES } = this.#options;
    if (this.pendingBytes > maxAnswerBytes) this.#overrun(`${maxAnswerBytes} bytes in one answer`);
    else if (this.#answers.length > MAX_UNREAD_ANSWERS) this.#overrun(`${MAX_UNREAD_ANSWERS} answers at once`);
    else this.#waiter?.look();
  }

  #overrun(what: string): void {
    const { name, stream } = this.#options;
    this.#overflow = new HardwareError('TOO_LARGE', `${name} sent more than ${what}; does link.readTermination fit?`);
    stream.pause();
    this.#answers.length = 0;
    this.#answerBytes = 0;
    this.#frames.takePending();
    this.#waiter?.fail(this.#overflow);
  }

  #lose(message: string): void {
    if (this.#end !== undefined) return;
    this.#finish(new HardwareError('DISCONNECTED', message));
    this.#lost.next(problem('DISCONNECTED', message));
    this.#lost.complete();
  }

  #finish(end: HardwareError): void {
    this.#end ??= end;
    this.#waiter?.fail(this.#end);
    this.#heed(undefined);
  }

  readonly #onAbort = (): void => {
    const { signal, fail } = this.#waiter ?? {};
    if (signal?.aborted === true) fail?.(abortReason(signal));
  };

  #heed(signal: AbortSignal | undefined): void {
    if (signal === this.#signal) return;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
  }

  /** What `look` gives at last: it is asked now, and whenever bytes have come or gone. */
  #until<T>(look: () => T | undefined, call: Call, failing: string): Promise<T> {
    const failure = this.#end ?? this.#overflow;
    if (failure !== undefined) return Promise.reject(failure);
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    const { clock, name } = this.#options;
    const { signal, deadline } = call;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiter = undefined;
        cancel();
      };
      const fail = (reason: Error): void => {
        settle();
        reject(reason);
      };
      const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
        fail(new HardwareError('TIMEOUT', `${name} ${failing} in time`));
      });
      const lookAgain = (): boolean => {
        const value = look();
        if (value === undefined) return false;
        settle();
        resolve(value);
        return true;
      };
      this.#waiter = { signal, look: lookAgain, fail };
      this.#heed(signal);
      this.#onAbort();
    });
  }
}

/** Raw sockets; `openTcp` is another in tests. */
export const createSocketRoad = (openTcp: OpenTcpStream = openTcpStream): RoadKind => ({
  form: 'TCPIP::<host>::<port>::SOCKET',
  claims: ({ type }) => type === 'socket',
  open: async (resource, { writeTermination, readTermination }, { clock }, call) => {
    if (resource.type !== 'socket') throw new Error(`a socket cannot reach a resource of type ${resource.type}`);
    const { host, port } = resource;
    return new SocketRoad({
      name: `${host}:${port}`,
      stream: await openTcp(host, port, clock, call),
      clock,
      ...(writeTermination === undefined ? {} : { writeTermination }),
      ...(readTermination === undefined ? {} : { readTermination }),
    });
  },
});

export const socketRoad: RoadKind = createSocketRoad();
