import { Subject } from 'rxjs';
import type { Instrument, InstrumentSession, Piece } from '../../../simulators/instrument/instrument.js';

/** What the instrument says to one line; undefined: nothing. */
export type Script = (line: string, session: ScriptedSession) => string | undefined;

const LF = 10;

/** One connection to an instrument that says what a test wrote down. Answers end with LF. */
export class ScriptedSession implements InstrumentSession {
  readonly answers = new Subject<void>();
  readonly serviceRequests = new Subject<number>();
  readonly cuts = new Subject<void>();
  readonly lines: string[] = [];
  status = 0;
  triggers = 0;
  clears = 0;
  isClosed = false;
  readonly #script: Script;
  #input: number[] = [];
  #output: Piece[] = [];

  constructor(script: Script) {
    this.#script = script;
  }

  write(bytes: Uint8Array, isEnd: boolean): void {
    for (const byte of bytes) {
      if (byte === LF) this.#line();
      else this.#input.push(byte);
    }
    if (isEnd && this.#input.length > 0) this.#line();
  }

  #line(): void {
    const line = Buffer.from(this.#input).toString('latin1').replace(/\r$/, '');
    this.#input = [];
    this.lines.push(line);
    const answer = this.#script(line, this);
    if (answer !== undefined) this.say(`${answer}\n`);
  }

  /** Puts an answer into the output queue, whenever it likes. */
  say(text: string, isEnd = true): void {
    this.#output.push({ bytes: Buffer.from(text, 'latin1'), isEnd });
    this.answers.next();
  }

  take(maxBytes: number): Piece | undefined {
    const piece = this.#output.shift();
    if (piece === undefined || piece.bytes.length <= maxBytes) return piece;
    this.#output.unshift({ ...piece, bytes: piece.bytes.subarray(maxBytes) });
    return { bytes: piece.bytes.subarray(0, maxBytes), isEnd: false };
  }

  clear(): void {
    this.clears += 1;
    this.#input = [];
    this.#output = [];
  }

  trigger(): void {
    this.triggers += 1;
  }

  statusByte(): number {
    return this.status;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** An instrument for the servers to play, and all who came to it. */
export class ScriptedInstrument implements Instrument {
  readonly name = 'scripted';
  readonly sessions: ScriptedSession[] = [];
  isOn = true;
  readonly #script: Script;

  constructor(script: Script = identify) {
    this.#script = script;
  }

  connect(): ScriptedSession {
    const session = new ScriptedSession(this.#script);
    this.sessions.push(session);
    return session;
  }

  /** The newest connection. */
  get session(): ScriptedSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('nobody has connected');
    return session;
  }
}

export const IDENTITY = 'Keysight Technologies,E36313A,MY61004803,2.1.0-1.0.4-1.12';

/** Knows who it is, keeps a voltage, and gives `DATA? n` as many bytes; to `SILENCE?` it says nothing. */
export const identify: Script = (line, { lines }) => {
  if (line === '*IDN?') return IDENTITY;
  if (line === 'VOLT?') return lines.findLast((earlier) => earlier.startsWith('VOLT '))?.slice(5) ?? '0';
  if (line.startsWith('DATA? ')) return 'x'.repeat(Number(line.slice(6)));
  return undefined;
};
