import { Subject, type Observable } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { FIRST_MESSAGE_ID, hislipMessage, nextMessageId, type HislipMessage } from '../../../core/wire/hislip.js';
import { hislipTypes, remoteLocal } from '../../../core/wire/hislip-tables.js';
import { withoutTermination } from '../../../core/wire/response-end.js';
import { HislipAsking } from './hislip-asking.js';
import { isRefusal, refusalText, type HislipChannel } from './hislip-channel.js';
import { HislipInbox, type HislipMode } from './hislip-inbox.js';
import type { Road } from '../road.js';
import { Watch } from '../watch.js';

export type HislipSessionOptions = {
  /** What messages call it: `psu1:4880 hislip0`. */
  readonly name: string;
  readonly bus: string;
  readonly clock: Clock;
  readonly sync: HislipChannel;
  readonly async: HislipChannel;
  readonly mode: HislipMode;
  /** Payload bytes that the instrument takes in one message. */
  readonly pieceBytes: number;
  readonly maxAnswerBytes: number;
  /** Put behind every message, besides its END. */
  readonly writeTermination: Uint8Array;
  readonly readTermination: Uint8Array;
};

/** Bit 0 of the control code: the answer before was read to its end. */
const RMT_DELIVERED = 1;
/** Bit 0 of the features in a device clear. */
const OVERLAP = 1;

/** A HiSLIP session with one instrument (psu-rest spec, 8; IVI-6.1), in either mode. It ends with either channel. */
export class HislipSession implements Road {
  readonly bus: string;
  readonly #options: HislipSessionOptions;
  readonly #inbox: HislipInbox;
  readonly #watch: Watch;
  readonly #asking: HislipAsking;
  readonly #lost = new Subject<Problem>();
  readonly #serviceRequests = new Subject<void>();
  #nextId = FIRST_MESSAGE_ID;
  /** An answer was taken, and the instrument does not know it yet. */
  #isDelivered = false;
  #clearing: { acknowledged?: HislipMessage } | undefined;

  constructor(options: HislipSessionOptions) {
    const { name, bus, clock, sync, async, mode, maxAnswerBytes } = options;
    this.bus = bus;
    this.#options = options;
    this.#inbox = new HislipInbox(name, maxAnswerBytes);
    this.#inbox.restart(mode);
    this.#watch = new Watch(clock);
    this.#asking = new HislipAsking(async, this.#watch, name);
    const onEnd = (reason: HardwareError): void => {
      this.#lose(reason);
    };
    sync.listen((message) => {
      this.#hear(message);
    }, onEnd);
    async.listen((message) => {
      this.#hearAsync(message);
    }, onEnd);
  }

  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get serviceRequests(): Observable<void> {
    return this.#serviceRequests.asObservable();
  }

  get pendingBytes(): number {
    return this.#inbox.pendingBytes;
  }

  get mode(): HislipMode {
    return this.#inbox.mode;
  }

  /** In parts, when the instrument does not take it in one. */
  async send(message: Uint8Array, call: Call): Promise<void> {
    const { sync, pieceBytes, writeTermination } = this.#options;
    const whole = Buffer.concat([message, writeTermination]);
    const parts = Math.max(Math.ceil(whole.length / pieceBytes), 1);
    this.#inbox.ask(this.#nextId, (this.#nextId + 2 * (parts - 1)) >>> 0);
    for (let part = 0; part < parts; part += 1) {
      const payload = whole.subarray(part * pieceBytes, (part + 1) * pieceBytes);
      const name = part + 1 < parts ? 'data' : 'dataEnd';
      await sync.send(hislipMessage(name, { ...this.#newHeader(), payload }), call);
    }
  }

  async receive(call: Call): Promise<Uint8Array> {
    const { name, readTermination } = this.#options;
    const answer = await this.#watch.until(() => this.#inbox.take(), call, `${name} did not answer in time`);
    this.#isDelivered = true;
    return withoutTermination(answer, readTermination);
  }

  /** Answers are told apart by their ids; in overlap mode what is not whole cannot be. */
  drop(): 'nothing' | 'clear' | 'reopen' {
    if (this.pendingBytes === 0) return 'nothing';
    this.#inbox.interrupt();
    return this.mode === 'overlap' ? 'reopen' : 'clear';
  }

  /** Device clear; asks for synchronized mode, where answers cannot be taken for each other. */
  async clear(call: Call): Promise<'clear'> {
    const { sync, name } = this.#options;
    const clearing: { acknowledged?: HislipMessage } = {};
    this.#clearing = clearing;
    await this.#asking.ask(hislipMessage('asyncDeviceClear'), 'asyncDeviceClearAcknowledge', call);
    await sync.send(hislipMessage('deviceClearComplete'), call);
    const late = `${name} did not acknowledge the device clear in time`;
    const { control } = await this.#watch.until(() => clearing.acknowledged, call, late);
    this.#clearing = undefined;
    this.#inbox.restart((control & OVERLAP) === 0 ? 'synchronized' : 'overlap');
    this.#nextId = FIRST_MESSAGE_ID;
    this.#isDelivered = false;
    return 'clear';
  }

  async statusByte(call: Call): Promise<number> {
    const query = hislipMessage('asyncStatusQuery', { control: this.#delivered(), parameter: this.#inbox.statusId });
    const { control } = await this.#asking.ask(query, 'asyncStatusResponse', call);
    return control;
  }

  async trigger(call: Call): Promise<void> {
    this.#inbox.ask(this.#nextId, this.#nextId);
    await this.#options.sync.send(hislipMessage('trigger', this.#newHeader()), call);
  }

  /** Gives the front panel its keys, or takes them. */
  async remoteLocal(request: keyof typeof remoteLocal, call: Call): Promise<void> {
    const message = hislipMessage('asyncRemoteLocalControl', { control: remoteLocal[request] });
    await this.#asking.ask(message, 'asyncRemoteLocalResponse', call);
  }

  async close(): Promise<void> {
    const { sync, async, name } = this.#options;
    this.#watch.end(new HardwareError('DISCONNECTED', `the session with ${name} was closed`));
    this.#lost.complete();
    this.#serviceRequests.complete();
    await Promise.all([sync.close(), async.close()]);
  }

  #newHeader(): { readonly control: number; readonly parameter: number } {
    const parameter = this.#nextId;
    this.#nextId = nextMessageId(parameter);
    return { control: this.#delivered(), parameter };
  }

  /** Said once after each answer. */
  #delivered(): number {
    const control = this.#isDelivered ? RMT_DELIVERED : 0;
    this.#isDelivered = false;
    return control;
  }

  #hear(message: HislipMessage): void {
    if (message.type === hislipTypes.fatalError) this.#refused(message);
    else if (message.type === hislipTypes.deviceClearAcknowledge && this.#clearing !== undefined)
      this.#clearing.acknowledged = message;
    else this.#answered(message); // during a device clear too: its end throws it away
    this.#watch.changed();
  }

  #answered(message: HislipMessage): void {
    switch (message.type) {
      case hislipTypes.data:
      case hislipTypes.dataEnd:
        this.#inbox.add(message);
        return;
      case hislipTypes.interrupted:
        this.#inbox.interrupt();
        return;
      case hislipTypes.error:
        this.#inbox.fail(new HardwareError('DEVICE_FAULT', `${this.#options.name} answers: ${refusalText(message)}`));
        return;
      default: // nothing that 1.0 has for us: no reason to end a session
    }
  }

  /** AsyncInterrupted needs nothing: what it is to protect from, answers of before, the ids tell already. */
  #hearAsync(message: HislipMessage): void {
    if (message.type === hislipTypes.fatalError) this.#refused(message);
    else if (message.type === hislipTypes.asyncServiceRequest) this.#serviceRequests.next();
    else if (!this.#asking.settle(message) && isRefusal(message)) this.#answered(message);
  }

  #refused(message: HislipMessage): void {
    this.#lose(new HardwareError('DISCONNECTED', `${this.#options.name} ends the session: ${refusalText(message)}`));
  }

  #lose(reason: HardwareError): void {
    if (this.#watch.over !== undefined) return;
    this.#watch.end(reason);
    this.#lost.next(reason.problem);
    void this.close();
  }
}
