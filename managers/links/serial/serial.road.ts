import type { Observable } from 'rxjs';
import { HardwareError, type Problem } from '../../../core/errors.js';
import type { LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import type { Clock } from '../../../core/clock.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { ResponseFrames } from '../../../core/wire/response-frames.js';
import { BytePipe, isTimeout } from '../byte-pipe.js';
import { endingAt } from '../ending-at.js';
import { MAX_ANSWER_BYTES, type Road, type RoadKind } from '../road.js';
import { latin1Bytes } from '../program-text.js';
import { openSerialLine, portPath, type OpenSerialLine, type SerialLine } from './serial-line.js';

/** After an answer has ended nothing more of it comes for this long: 20 characters at 2400 baud. */
const QUIET_MS = 100;
/** An answer that is owed is waited for so long, from its request; then the instrument counts as lost. Longer than a silent
 *  one is kept online (RELIABILITY, fault 1). */
const PATIENCE_MS = 5_000;

/** Who is asked by it answers, even when nobody has waited for that. */
const QUESTION_MARK = 0x3f;

/** An instrument at a serial line. It has no END and no clear: a response ends with its terminator, and after a request that
 *  was given up the line is listened to until what was owed has come. */
export class SerialRoad implements Road {
  readonly bus: string;
  readonly #line: SerialLine;
  readonly #pipe: BytePipe;
  readonly #frames: ResponseFrames;
  readonly #terminator: Uint8Array;
  readonly #clock: Clock;
  /** When an answer was asked for that has not come; undefined: none is owed. */
  #owedSince: number | undefined;

  constructor(bus: string, line: SerialLine, settings: LinkSettings, clock: Clock) {
    this.bus = bus;
    this.#line = line;
    this.#clock = clock;
    this.#pipe = new BytePipe({ ...line, name: `the serial port ${bus}`, clock });
    this.#frames = new ResponseFrames(latin1Bytes(settings.readTermination ?? '\n'));
    this.#terminator = latin1Bytes(settings.writeTermination ?? '\n');
  }

  get lost(): Observable<Problem> {
    return this.#pipe.lost;
  }

  get pendingBytes(): number {
    return this.#pipe.unreadBytes + this.#frames.pendingBytes;
  }

  /** Half a line is no reason to open the port anew: `clear` waits for its end. */
  drop(): 'nothing' | 'clear' | 'reopen' {
    if (this.pendingBytes === 0) return 'nothing';
    // What was owed has come, too late for whoever asked.
    for (let line = this.#next(); line !== undefined; line = this.#next()) this.#owedSince = undefined;
    return this.#frames.pendingBytes === 0 ? 'clear' : 'reopen';
  }

  send(message: Uint8Array, call: Call): Promise<void> {
    if (message.includes(QUESTION_MARK)) this.#owedSince = this.#clock.monotonic();
    return this.#pipe.write(joinBytes([message, this.#terminator]), call);
  }

  async receive(call: Call): Promise<Uint8Array> {
    this.#owedSince ??= this.#clock.monotonic();
    const answer = await this.#pipe.until(() => this.#answer(), call);
    this.#owedSince = undefined;
    return answer;
  }

  /** Sure only when the answer that was owed has come meanwhile: a silent instrument may still be busy with it, and opening
   *  the port anew would not stop it. Errors also: DISCONNECTED when it was waited for long enough. */
  async clear(call: Call): Promise<'clear' | 'owed'> {
    await this.#line.flush();
    this.#frames.takePending();
    await this.#pipe.write(this.#terminator, call); // ends what may be half a command
    if (this.#owedSince !== undefined && !(await this.#comes(call))) return this.#stillOwed(this.#owedSince);
    while ((await this.#pipe.untilQuiet(() => this.#next(), QUIET_MS, call)) !== undefined);
    this.#pipe.take();
    this.#frames.drop();
    this.#owedSince = undefined;
    return 'clear';
  }

  close(): Promise<void> {
    return this.#pipe.close();
  }

  #stillOwed(since: number): 'owed' {
    const waitedMs = this.#clock.monotonic() - since;
    if (waitedMs < PATIENCE_MS) return 'owed';
    const text = `the instrument at ${this.bus} has not answered its last request within ${Math.round(waitedMs)} ms`;
    throw new HardwareError('DISCONNECTED', text);
  }

  #answer(): Uint8Array | undefined {
    const answer = this.#next();
    if (answer !== undefined || this.#frames.pendingBytes <= MAX_ANSWER_BYTES) return answer;
    this.#frames.takePending();
    const text = `${this.bus} sent more than ${MAX_ANSWER_BYTES} bytes in one answer; does link.readTermination fit?`;
    throw new HardwareError('TOO_LARGE', text);
  }

  #next(): Uint8Array | undefined {
    this.#frames.push(this.#pipe.take());
    return this.#frames.next();
  }

  async #comes(call: Call): Promise<boolean> {
    const deadline = call.deadline - 2 * QUIET_MS;
    if (deadline <= this.#clock.monotonic()) return false;
    try {
      await this.#pipe.until(() => this.#next(), endingAt(call, deadline));
      return true;
    } catch (thrown) {
      if (isTimeout(thrown)) return false;
      throw thrown;
    }
  }
}

/** Instruments at serial ports of this computer. */
export const createSerialRoad = (openLine: OpenSerialLine = openSerialLine): RoadKind => ({
  form: 'ASRL<number or path>::INSTR',
  claims: ({ type }) => type === 'serial',
  open: async (resource, settings, { clock }, call) => {
    const path = portPath(resource.type === 'serial' ? resource.path : '');
    return new SerialRoad(path, await openLine(path, settings, call), settings, clock);
  },
});

export const serialRoad: RoadKind = createSerialRoad();
