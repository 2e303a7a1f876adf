import type { Duplex } from 'node:stream';
import type { Clock } from '../../../core/clock.js';
import { HardwareError } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { encodeHislip, hislipCodec, hislipMessage, type HislipMessage } from '../../../core/wire/hislip.js';
import {
  fatalErrors,
  fatalErrorWord,
  hislipErrorWord,
  hislipTypeName,
  hislipTypes,
  type HislipType,
} from '../../../core/wire/hislip-tables.js';
import { closeStream } from '../close-stream.js';
import { latin1Text, shown } from '../program-text.js';
import { Watch } from '../watch.js';

/** Nobody asks more than one thing before somebody listens. */
const MAX_EARLY = 16;

export type HislipChannelOptions = {
  /** What messages call it: `psu1:4880, synchronous channel`. */
  readonly name: string;
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly maxMessageBytes: number;
};

/** One of the two connections of a HiSLIP session: whole messages both ways. */
export class HislipChannel {
  readonly #options: HislipChannelOptions;
  readonly #reader: FrameReader<HislipMessage>;
  readonly #watch: Watch;
  /** What came before anybody listened. */
  readonly #early: HislipMessage[] = [];
  #take: (message: HislipMessage) => void = (message) => {
    if (this.#early.push(message) > MAX_EARLY)
      this.#refuse(`more than ${MAX_EARLY} messages before the session is open`);
  };
  #onEnd: (reason: HardwareError) => void = () => undefined;
  #reason = 'the instrument closed the connection';

  constructor(options: HislipChannelOptions) {
    this.#options = options;
    this.#reader = new FrameReader(hislipCodec(options.maxMessageBytes));
    this.#watch = new Watch(options.clock);
    const { name, stream } = options;
    stream.on('data', (chunk: Uint8Array) => {
      this.#arrive(chunk);
    });
    stream.on('drain', () => {
      this.#watch.changed();
    });
    stream.on('error', (error) => {
      this.#reason = error.message;
    });
    stream.on('end', () => stream.destroy());
    stream.on('close', () => {
      this.#end(`the connection to ${name} is lost: ${this.#reason}`);
    });
  }

  /** Hands over to whoever takes what comes from now on, and what has come; `onEnd` is called once, at once if it is over. */
  listen(take: (message: HislipMessage) => void, onEnd: (reason: HardwareError) => void): void {
    this.#take = take;
    this.#onEnd = onEnd;
    for (const message of this.#early.splice(0)) take(message);
    const { over } = this.#watch;
    if (over !== undefined) onEnd(over);
  }

  /** Resolves when it is handed over. Errors: DISCONNECTED, TIMEOUT. */
  async send(message: HislipMessage, call: Call): Promise<void> {
    const { name, stream } = this.#options;
    if (this.#watch.over !== undefined) throw this.#watch.over;
    if (stream.write(encodeHislip(message))) return;
    await this.#watch.until(
      () => !stream.writableNeedDrain || undefined,
      call,
      `${name} did not take the request in time`,
    );
  }

  /** The message of this type that comes next, before anybody listens. Errors: DISCONNECTED also for a refusal. */
  async expect(type: HislipType, call: Call): Promise<HislipMessage> {
    const { name } = this.#options;
    const late = `${name} did not answer with ${type} in time: is it a HiSLIP port?`;
    const next = (): HislipMessage | undefined => this.#early.shift();
    const message = await this.#watch.until(next, call, late);
    if (message.type === hislipTypes[type]) return message;
    if (isRefusal(message)) throw new HardwareError('DISCONNECTED', `${name} refuses: ${refusalText(message)}`);
    const what = hislipTypeName(message.type) ?? `type ${message.type}`;
    throw new HardwareError('DISCONNECTED', `${name} answers with ${what} in place of ${type}`);
  }

  /** Never rejects. */
  close(): Promise<void> {
    const { name, stream } = this.#options;
    this.#onEnd = () => undefined;
    this.#end(`the connection to ${name} was closed`);
    return closeStream(stream);
  }

  #arrive(chunk: Uint8Array): void {
    for (const frame of this.#reader.feed(chunk)) {
      if (this.#watch.over !== undefined) return;
      if (frame.type === 'bad') this.#refuse(frame.problem);
      else this.#take(frame);
    }
    this.#watch.changed();
  }

  #refuse(problem: string): void {
    const { name, stream } = this.#options;
    const payload = Buffer.from(problem);
    stream.end(encodeHislip(hislipMessage('fatalError', { control: fatalErrors.badHeader, payload })));
    this.#end(`${name} does not keep to HiSLIP: ${problem}`);
  }

  #end(text: string): void {
    if (this.#watch.over !== undefined) return;
    const reason = new HardwareError('DISCONNECTED', text);
    this.#watch.end(reason);
    this.#onEnd(reason);
  }
}

/** Whether the instrument says that something is wrong. */
export const isRefusal = ({ type }: HislipMessage): boolean =>
  type === hislipTypes.fatalError || type === hislipTypes.error;

/** A FatalError or an Error in words: `too many clients (FatalError 4): "close one of them"`. */
export const refusalText = ({ type, control, payload }: HislipMessage): string => {
  const isFatal = type === hislipTypes.fatalError;
  const word = isFatal ? fatalErrorWord(control) : hislipErrorWord(control);
  const said = payload.length === 0 ? '' : `: "${shown(latin1Text(payload))}"`;
  return `${word} (${isFatal ? 'FatalError' : 'Error'} ${control})${said}`;
};
