import type { Clock } from './clock.js';

/** A single time-out may be a slow answer, or one dead channel of a device that is alive. */
const MAX_TIMEOUTS = 2;
/** RELIABILITY, fault 1: so long an instrument may be silent before it counts as away. */
const MAX_SILENCE_MS = 3_000;

/** Tells a silent instrument from a slow one: it is away after two time-outs in a row with nothing heard of it for 3 s. */
export class Silence {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #timeouts = 0;
  #since: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** The instrument has answered. */
  end(): void {
    this.#timeouts = 0;
    this.#since = this.#clock.monotonic();
  }

  /** A request was not answered in time. True: that was one too many. */
  timedOut(): boolean {
    this.#timeouts += 1;
    return this.#timeouts >= MAX_TIMEOUTS && this.#clock.monotonic() - this.#since >= MAX_SILENCE_MS;
  }
}
