import type { Clock } from '../../../core/clock.js';
import type { Link } from '../../../core/link.js';
import { ReplayRoad, type Respond } from '../../../managers/links/replay/replay.road.js';
import { linkOver } from '../links/link-over.js';

/** What was sent to an instrument, and when: milliseconds since the simulation began. */
export type Said = { readonly atMs: number; readonly text: string };

/** An instrument that understands a few commands; each connect is a new link to the same instrument. */
abstract class SimulatedInstrument {
  readonly said: Said[] = [];
  readonly #clock: Clock;
  readonly #startedAt: number;
  road: ReplayRoad | undefined;
  isUnplugged = false;
  isMute = false;
  /** Bit 7: switched on since it was last asked. */
  #status = 128;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  get texts(): readonly string[] {
    return this.said.map(({ text }) => text);
  }

  connect(): Promise<Link> {
    if (this.isUnplugged) throw new Error('no such resource');
    this.road = new ReplayRoad({
      name: this.constructor.name,
      clock: this.#clock,
      respond: (text) => this.#hear(text),
    });
    return linkOver(this.#clock, this.road);
  }

  unplug(): void {
    this.isUnplugged = true;
    this.road?.lose('unplugged');
  }

  powerCycle(): void {
    this.#status = 128;
    this.reset();
  }

  protected abstract reset(): void;
  protected abstract answerTo(text: string): ReturnType<Respond>;

  #hear(text: string): ReturnType<Respond> {
    this.said.push({ atMs: this.#clock.monotonic() - this.#startedAt, text });
    if (this.isMute) return {};
    if (text !== '*ESR?') return this.answerTo(text);
    const answer = String(this.#status);
    this.#status = 0;
    return { answer };
  }
}

export class SimulatedFluke extends SimulatedInstrument {
  isOperating = false;
  output = 0;

  protected reset(): void {
    this.isOperating = false;
    this.output = 0;
  }

  protected answerTo(text: string): ReturnType<Respond> {
    if (text === 'OPER') this.isOperating = true;
    const set = /^OUT (\S+) V$/.exec(text)?.[1];
    if (set !== undefined) this.output = Number(set);
    return text === 'OUT?' ? { answer: `${this.output.toExponential(6)},V,0.00E+00,0,0.00E+00` } : {};
  }
}

export class SimulatedAgilent extends SimulatedInstrument {
  readonly #fluke: SimulatedFluke;
  isSetUp = false;
  /** Instead of a reading. */
  nonsense: string | undefined;

  constructor(clock: Clock, fluke: SimulatedFluke) {
    super(clock);
    this.#fluke = fluke;
  }

  protected reset(): void {
    this.isSetUp = false;
  }

  protected answerTo(text: string): ReturnType<Respond> {
    if (text === 'VOLT:NPLC 100') this.isSetUp = true;
    if (text !== 'READ?') return {};
    const output = this.#fluke.isOperating ? this.#fluke.output * 3_500.5048 + 1.2632 : 0;
    return { answer: this.nonsense ?? (output / -4_050.65).toExponential(8), afterMs: 3_990 };
  }
}
