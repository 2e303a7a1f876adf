import type { Observable } from 'rxjs';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { commandLine, dataLine, END_OF_ANSWER, READ_TIMEOUT_MS, setUpCommands } from '../../../core/wire/prologix.js';
import { withoutTermination } from '../../../core/wire/response-end.js';
import { ResponseFrames } from '../../../core/wire/response-frames.js';
import type { BytePipe } from '../byte-pipe.js';
import { Markers } from './prologix-markers.js';
import { prologixVersion } from './prologix-version.js';
import { MAX_ANSWER_BYTES } from '../road.js';

/** When nothing has come for this long, the adapter is asked whether its read is over. */
const PATIENCE_MS = 2 * READ_TIMEOUT_MS;
/** An adapter that says nothing for so long when it is asked is no longer there. */
const SILENCE_MS = 1_000;
/** Behind the largest answer, what it sends while it is asked. */
const MAX_HELD_BYTES = 2 * MAX_ANSWER_BYTES;
const LF = 0x0a;
/** Comes before END where an instrument says both. */
const lineEnd = Uint8Array.of(LF);

/** A Prologix-style GPIB adapter: one connection for all instruments behind it, one operation at a time. It works off its
 *  lines in order, so what it says to `++ver` is a marker: of all that was asked before nothing can come behind it. */
export class PrologixAdapter {
  readonly name: string;
  readonly #pipe: BytePipe;
  readonly #markers: Markers;
  /** What has come of the answer of each instrument; it may go on after others were spoken to. */
  readonly #answers = new Map<string, ResponseFrames>();
  /** Instruments that say where their answers end. */
  readonly #withEnd = new Set<string>();
  /** As the adapter has it; undefined: not known. */
  #address: string | undefined;
  /** Whose answer is under way. */
  #reading: ResponseFrames | undefined;
  /** Something may still come. */
  #isUnsettled = false;

  private constructor(name: string, pipe: BytePipe, version: Uint8Array) {
    this.name = name;
    this.#pipe = pipe;
    this.#markers = new Markers(version);
  }

  /** Sets the adapter up. Errors: TIMEOUT when nothing at the other end says its version. */
  static async setUp(name: string, pipe: BytePipe, call: Call): Promise<PrologixAdapter> {
    const version = await prologixVersion(name, pipe, setUpCommands, call);
    return new PrologixAdapter(name, pipe, version);
  }

  get lost(): Observable<Problem> {
    return this.#pipe.lost;
  }

  get isOpen(): boolean {
    return this.#pipe.isOpen;
  }

  /** Bytes that have come of the answer of the instrument at `address`. */
  pendingBytes(address: string): number {
    return this.#answers.get(address)?.pendingBytes ?? 0;
  }

  /** Sends a message to the instrument at `address`, with END at its last byte. */
  async send(address: string, message: Uint8Array, call: Call): Promise<void> {
    await this.#turnTo(address, dataLine(message), call);
    this.#answers.delete(address);
  }

  /** One response of the instrument, to its END; of one that gives none, to the line end with nothing behind it. */
  async receive(address: string, call: Call): Promise<Uint8Array> {
    const frames = this.#answers.get(address) ?? new ResponseFrames(Uint8Array.of(END_OF_ANSWER));
    this.#answers.set(address, frames);
    await this.#turnTo(address, undefined, call);
    for (;;) {
      const answer = frames.next() ?? this.#withoutEnd(address, frames) ?? (await this.#read(address, frames, call));
      if (answer !== undefined) return withoutTermination(answer, lineEnd);
    }
  }

  /** Selected device clear: the instrument forgets what it was asked, and what it would have answered. */
  async clear(address: string, call: Call): Promise<void> {
    await this.#turnTo(address, commandLine('clr'), call);
    await this.#settle(call);
    this.#answers.delete(address);
  }

  /** Errors also: DEVICE_FAULT for an answer that is none. */
  async statusByte(address: string, call: Call): Promise<number> {
    await this.#turnTo(address, commandLine('spoll'), call);
    this.#isUnsettled = true;
    const frames = new ResponseFrames();
    const look = (): Uint8Array | undefined => {
      frames.push(this.#pipe.take());
      return frames.next();
    };
    const line = await this.#pipe.until(look, call);
    const text = String.fromCharCode(...line.subarray(0, 80)).trim();
    if (!/^\d{1,3}$/.test(text) || Number(text) > 255) {
      throw new HardwareError('DEVICE_FAULT', `${this.name} answered ++spoll by "${text}", which is no status byte`);
    }
    this.#isUnsettled = frames.pendingBytes > 0;
    return Number(text);
  }

  trigger(address: string, call: Call): Promise<void> {
    return this.#turnTo(address, commandLine('trg'), call);
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#pipe.close();
  }

  /** A line for the instrument at `address`; nothing of what was before can come after it. */
  async #turnTo(address: string, line: Uint8Array | undefined, call: Call): Promise<void> {
    if (this.#isUnsettled || this.#pipe.unreadBytes > 0) await this.#settle(call);
    const turn = this.#address === address ? [] : [commandLine(`addr ${address}`)];
    const lines = [...turn, ...(line === undefined ? [] : [line])];
    if (lines.length === 0) return;
    this.#address = undefined;
    this.#isUnsettled = true;
    await this.#pipe.write(joinBytes(lines), call);
    this.#address = address;
    this.#isUnsettled = false;
  }

  /** One `++read`: until an answer is whole, or the adapter has given it up. */
  async #read(address: string, frames: ResponseFrames, call: Call): Promise<Uint8Array | undefined> {
    this.#isUnsettled = true;
    this.#reading = frames;
    await this.#pipe.write(commandLine('read eoi'), call);
    const look = (): Uint8Array | undefined => {
      frames.push(this.#pipe.take());
      if (frames.pendingBytes > MAX_ANSWER_BYTES) this.#refuseAnswer(frames);
      return frames.next();
    };
    const answer = await this.#pipe.untilQuiet(look, PATIENCE_MS, call);
    if (answer === undefined) {
      await this.#settle(call);
      return undefined;
    }
    this.#withEnd.add(address);
    this.#reading = undefined;
    this.#isUnsettled = frames.pendingBytes > 0;
    return answer;
  }

  #refuseAnswer(frames: ResponseFrames): never {
    frames.takePending();
    this.#reading = undefined; // its rest is nobody's
    throw new HardwareError('TOO_LARGE', `it sent more than ${MAX_ANSWER_BYTES} bytes in one answer`);
  }

  /** Asked when the adapter has given up: the answer of an instrument that never says END. */
  #withoutEnd(address: string, frames: ResponseFrames): Uint8Array | undefined {
    if (this.#withEnd.has(address)) return undefined;
    const bytes = frames.takePending();
    if (bytes.at(-1) === LF) return bytes;
    frames.push(bytes);
    return undefined;
  }

  /** Waits for a marker; what comes before it belongs to the answer that is under way, or to nobody. An adapter that does not
   *  answer is lost: nobody can know what it is about to say. */
  async #settle(call: Call): Promise<void> {
    this.#isUnsettled = true;
    this.#markers.expect();
    await this.#pipe.write(commandLine('ver'), call);
    const look = (): Uint8Array | undefined => {
      const found = this.#markers.push(this.#pipe.take());
      if (this.#markers.heldBytes > MAX_HELD_BYTES) this.#lose('speaks without end, and does not answer');
      return found;
    };
    const before = (await this.#pipe.untilQuiet(look, SILENCE_MS, call)) ?? this.#lose('does not answer');
    this.#reading?.push(before);
    this.#reading = undefined;
    this.#isUnsettled = false;
  }

  #lose(why: string): never {
    this.#pipe.lose(`${this.name} ${why}`);
    throw new HardwareError('DISCONNECTED', `${this.name} ${why}`);
  }
}
