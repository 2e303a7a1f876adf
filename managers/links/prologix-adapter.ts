import type { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import { joinBytes, noBytes } from '../../core/wire/bytes.js';
import { commandLine, dataLine, END_OF_ANSWER, READ_TIMEOUT_MS, setUpCommands } from '../../core/wire/prologix.js';
import { ResponseFrames } from '../../core/wire/response-frames.js';
import type { BytePipe } from './byte-pipe.js';
import { isTimeout } from './byte-pipe.js';
import { MarkerCount } from './prologix-marker.js';

/** An adapter that boots when its port is opened takes up to 2 s (Arduino): it is asked again until it answers. */
const ASK_AGAIN_MS = 1_000;
/** When nothing has come for this long, the adapter is asked whether its read is over. */
const PATIENCE_MS = 2 * READ_TIMEOUT_MS;
/** An adapter that does not say its version within this time is no longer there. */
const MARKER_LIMIT_MS = 1_000;

const LF = 0x0a;
const CR = 0x0d;

/** A Prologix-style GPIB adapter: one connection for all instruments behind it, one operation at a time. It works off its
 *  lines in order, so what it says to `++ver` marks that all before it is done: nothing of it can come any more. */
export class PrologixAdapter {
  readonly name: string;
  readonly #pipe: BytePipe;
  readonly #clock: Clock;
  readonly #markers: MarkerCount;
  /** As the adapter has it; undefined: not known. */
  #address: string | undefined;
  /** Something may still come that nobody waits for. */
  #isUnsettled = false;
  #pendingBytes = 0;

  private constructor(name: string, pipe: BytePipe, clock: Clock, version: Uint8Array) {
    this.name = name;
    this.#pipe = pipe;
    this.#clock = clock;
    this.#markers = new MarkerCount(version);
  }

  /** Sets the adapter up. Errors: TIMEOUT when nothing at the other end says its version. */
  static async setUp(name: string, pipe: BytePipe, clock: Clock, call: Call): Promise<PrologixAdapter> {
    const lines = joinBytes([...setUpCommands, 'ver', 'ver'].map(commandLine));
    for (let attempt = 1; ; attempt += 1) {
      await pipe.write(lines, call);
      const version = await versionOf(name, pipe, call);
      if (version === undefined) continue;
      // Answers to what was asked before may still come.
      if (attempt > 1) await pipe.untilQuiet(() => void pipe.take(), ASK_AGAIN_MS, call);
      const adapter = new PrologixAdapter(name, pipe, clock, version);
      await adapter.#settle(call);
      return adapter;
    }
  }

  get lost(): Observable<Problem> {
    return this.#pipe.lost;
  }

  get isOpen(): boolean {
    return this.#pipe.isOpen;
  }

  /** Bytes that have come of the answer that is waited for. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Sends a message to the instrument at `address`, with END at its last byte. */
  async send(address: string, message: Uint8Array, call: Call): Promise<void> {
    await this.#turnTo(address, [dataLine(message)], call);
  }

  /** One response of the instrument, to its END; without one, to the line end with nothing behind it. */
  async receive(address: string, call: Call): Promise<Uint8Array> {
    await this.#turnTo(address, [], call);
    let got: Uint8Array = noBytes;
    for (;;) {
      const { bytes, isWhole } = await this.#read(got, call);
      if (isWhole) return withoutLineEnd(bytes);
      got = bytes;
    }
  }

  /** Selected device clear: the instrument forgets what it was asked, and what it would have answered. */
  async clear(address: string, call: Call): Promise<void> {
    await this.#turnTo(address, [commandLine('clr')], call);
    await this.#settle(call);
  }

  async statusByte(address: string, call: Call): Promise<number> {
    await this.#turnTo(address, [commandLine('spoll')], call);
    this.#isUnsettled = true;
    const frames = new ResponseFrames();
    const line = await this.#pipe.until(() => (frames.push(this.#pipe.take()), frames.next()), call);
    this.#isUnsettled = false;
    const text = String.fromCharCode(...line.subarray(0, 80)).trim();
    if (/^\d{1,3}$/.test(text) && Number(text) < 256) return Number(text);
    this.#isUnsettled = true;
    throw new HardwareError('DEVICE_FAULT', `${this.name} answered ++spoll by "${text}", which is no status byte`);
  }

  trigger(address: string, call: Call): Promise<void> {
    return this.#turnTo(address, [commandLine('trg')], call);
  }

  close(): Promise<void> {
    return this.#pipe.close();
  }

  /** Lines for the instrument at `address`; nothing of what was before can come after them. */
  async #turnTo(address: string, lines: readonly Uint8Array[], call: Call): Promise<void> {
    if (this.#isUnsettled || this.#pipe.take().length > 0) await this.#settle(call);
    this.#pendingBytes = 0;
    const turn = this.#address === address ? [] : [commandLine(`addr ${address}`)];
    if (turn.length + lines.length === 0) return;
    this.#address = undefined;
    this.#isUnsettled = true;
    await this.#pipe.write(joinBytes([...turn, ...lines]), call);
    this.#address = address;
    this.#isUnsettled = false;
  }

  /** One `++read`: until an answer is whole, or the adapter has given it up. */
  async #read(before: Uint8Array, call: Call): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
    const frames = new ResponseFrames(Uint8Array.of(END_OF_ANSWER));
    frames.push(before);
    const look = (): Uint8Array | undefined => {
      frames.push(this.#pipe.take());
      this.#pendingBytes = frames.pendingBytes;
      return frames.next();
    };
    this.#isUnsettled = true;
    await this.#pipe.write(commandLine('read eoi'), call);
    const answer = await this.#pipe.untilQuiet(look, PATIENCE_MS, call);
    if (answer !== undefined) {
      this.#isUnsettled = frames.pendingBytes > 0;
      return { bytes: answer, isWhole: true };
    }
    const rest = new ResponseFrames(Uint8Array.of(END_OF_ANSWER));
    const bytes = await this.#mark(frames.takePending(), call);
    rest.push(bytes);
    const late = rest.next();
    this.#isUnsettled = false;
    return late === undefined ? { bytes, isWhole: bytes.at(-1) === LF } : { bytes: late, isWhole: true };
  }

  /** Asks for a marker; gives what came before it. */
  async #mark(before: Uint8Array, call: Call): Promise<Uint8Array> {
    this.#markers.expect(before);
    await this.#pipe.write(commandLine('ver'), call);
    return this.#pipe.until(() => this.#markers.push(this.#pipe.take()), call);
  }

  /** Drops whatever still comes. An adapter that says nothing is lost: nobody could know what it is about to say. */
  async #settle(call: Call): Promise<void> {
    const limit = this.#clock.monotonic() + MARKER_LIMIT_MS;
    try {
      await this.#mark(noBytes, { ...call, deadline: Math.min(call.deadline, limit) });
      this.#isUnsettled = false;
    } catch (thrown) {
      if (isTimeout(thrown) && limit <= this.#clock.monotonic()) this.#pipe.lose(`${this.name} does not answer`);
      throw thrown;
    }
  }
}

/** Undefined: none yet. Errors: TIMEOUT. */
const versionOf = async (name: string, pipe: BytePipe, call: Call): Promise<Uint8Array | undefined> => {
  const frames = new ResponseFrames();
  const seen: string[] = [];
  try {
    return await pipe.untilQuiet(() => firstTwice(frames, seen, pipe.take()), ASK_AGAIN_MS, call);
  } catch (thrown) {
    if (!isTimeout(thrown)) throw thrown;
    throw new HardwareError('TIMEOUT', `${name} does not say what it is (++ver): is it a Prologix-style adapter?`);
  }
};

/** The first line that came twice in a row: what an adapter says to two `++ver`, whatever was left over before. */
const firstTwice = (frames: ResponseFrames, seen: string[], bytes: Uint8Array): Uint8Array | undefined => {
  frames.push(bytes);
  for (let line = frames.next(); line !== undefined; line = frames.next()) {
    const text = String.fromCharCode(...line.subarray(0, 256));
    if (text !== '' && text === seen.at(-1)) return line;
    seen.push(text);
  }
  return undefined;
};

/** An instrument ends its answer with LF or CR LF besides END. */
const withoutLineEnd = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.at(-1) === LF ? (bytes.at(-2) === CR ? -2 : -1) : bytes.length;
  return bytes.slice(0, end);
};
