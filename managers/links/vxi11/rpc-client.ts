import type { Duplex } from 'node:stream';
import { ReplaySubject, type Observable } from 'rxjs';
import type { Cancel, Clock } from '../../../core/clock.js';
import { HardwareError, problem, type Problem } from '../../../core/errors.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import {
  decodeReply,
  encodeCall,
  rpcRefusals,
  type RpcOutcome,
  type RpcProcedure,
} from '../../../core/wire/onc-rpc.js';
import { encodeRecord, recordDecoder, type RpcRecord } from '../../../core/wire/rpc-record.js';
import { decodeXdr, encodeXdr } from '../../../core/wire/xdr.js';
import { closeStream } from '../close-stream.js';

export type RpcClientOptions = {
  readonly stream: Duplex;
  /** Whom it speaks to, for messages: `psu1:1024`. */
  readonly name: string;
  readonly program: { readonly program: number; readonly version: number };
  readonly clock: Pick<Clock, 'after'>;
  readonly maxRecordBytes: number;
};

type Waiting = { readonly settle: (outcome: RpcOutcome) => void; readonly fail: (error: Error) => void };

/** Calls one program over one TCP connection. Replies find their calls by number: one to a call that was given up is dropped. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #reader: FrameReader<RpcRecord>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lost = new ReplaySubject<Problem>(1);
  #lastXid = 0;
  #end: HardwareError | undefined;
  #reason = 'the other side closed it';

  constructor(options: RpcClientOptions) {
    this.#options = options;
    this.#reader = new FrameReader({ decode: recordDecoder(options.maxRecordBytes) });
    const { stream, name } = options;
    stream.on('data', (chunk: Uint8Array) => {
      this.#arrive(chunk);
    });
    stream.on('error', (error) => {
      this.#reason = error.message;
    });
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.#finish(`the connection to ${name} is lost: ${this.#reason}`);
    });
  }

  /** Once, also to those who come late; completes without a word when it was closed from here. */
  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Errors: TIMEOUT after `timeoutMs`, DISCONNECTED, BAD_COMMAND for a procedure that the other side does not have,
   *  DEVICE_FAULT when it refuses the call otherwise, or answers what cannot be read. */
  async call<Args, Result>(procedure: RpcProcedure<Args, Result>, args: Args, timeoutMs: number): Promise<Result> {
    const { name } = this.#options;
    const outcome = await this.#send(procedure.number, encodeXdr(procedure.args, args), timeoutMs);
    if (outcome.type !== 'success') {
      const code = outcome.type === 'procedureUnavailable' ? 'BAD_COMMAND' : 'DEVICE_FAULT';
      throw new HardwareError(code, `${name} refused the call: ${rpcRefusals[outcome.type]}`);
    }
    const decoded = decodeXdr(procedure.result, outcome.results);
    if (decoded.type === 'value') return decoded.value;
    throw new HardwareError('DEVICE_FAULT', `the answer of ${name} cannot be read: ${decoded.problem}`);
  }

  /** Resolves when the connection is closed; never rejects. */
  close(): Promise<void> {
    const { stream, name } = this.#options;
    this.#lost.complete();
    this.#finish(`the connection to ${name} was closed`);
    return closeStream(stream);
  }

  #send(procedure: number, args: Uint8Array, timeoutMs: number): Promise<RpcOutcome> {
    const { stream, clock, name, program } = this.#options;
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#lastXid = (this.#lastXid + 1) >>> 0;
    const xid = this.#lastXid;
    return new Promise((resolve, reject) => {
      const over = (): void => {
        cancel();
        this.#waiting.delete(xid);
      };
      const cancel: Cancel = clock.after(timeoutMs, () => {
        over();
        reject(new HardwareError('TIMEOUT', `${name} did not answer a call within ${Math.round(timeoutMs)} ms`));
      });
      const settle = (outcome: RpcOutcome): void => {
        over();
        resolve(outcome);
      };
      const fail = (error: Error): void => {
        over();
        reject(error);
      };
      this.#waiting.set(xid, { settle, fail });
      stream.write(encodeRecord(encodeCall({ xid, ...program, procedure, args })));
    });
  }

  #arrive(chunk: Uint8Array): void {
    for (const frame of this.#reader.feed(chunk)) {
      const reply = frame.type === 'bad' ? frame : decodeReply(frame.bytes);
      if (reply.type === 'bad') this.#break(`it sent what is no reply (${reply.problem})`);
      else if (((reply.xid - this.#lastXid) | 0) > 0) this.#break('it answered a call that was not made');
      else this.#waiting.get(reply.xid)?.settle(reply.outcome);
    }
  }

  #break(reason: string): void {
    const { stream, name } = this.#options;
    this.#finish(`the connection to ${name} was cut: ${reason}`);
    stream.destroy();
  }

  #finish(message: string): void {
    if (this.#end !== undefined) return;
    this.#end = new HardwareError('DISCONNECTED', message);
    for (const { fail } of [...this.#waiting.values()]) fail(this.#end);
    this.#lost.next(problem('DISCONNECTED', message));
    this.#lost.complete();
  }
}
