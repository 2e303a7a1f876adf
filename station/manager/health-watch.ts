import type { Cancel, Clock } from '../../core/clock.js';

/** How late the event loop came to its work since the last call; ms. */
export type LoopDelay = {
  readonly take: () => { readonly p99Ms: number; readonly longestMs: number };
  readonly stop: () => void;
};

export type HealthWatchOptions = {
  readonly clock: Clock;
  readonly loopDelay: LoopDelay;
  /** The event loop stood still for longer than a second. */
  readonly onStall: (stalledMs: number) => void;
  /** The wall clock moved against the monotonic one by more than a second; positive: forward. */
  readonly onClockJump: (byMs: number) => void;
};

const SAMPLE_MS = 1_000;
const STALL_MS = 1_000;
const JUMP_MS = 1_000;

/** Looks once a second at the two things that make every time in the station doubtful. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #cancel: Cancel = () => undefined;
  #lagMs = 0;
  #isStopped = false;
  #wallMs = 0;
  #steadyMs = 0;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  start(): void {
    this.#remember();
    const { clock } = this.#options;
    this.#cancel = clock.after(SAMPLE_MS, () => {
      // After a stall our timer may run before the one that measures it, and reading it resets it: wait until both have run.
      clock.turn(() => {
        if (this.#isStopped) return;
        this.#sample();
        this.start();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
    this.#options.loopDelay.stop();
  }

  #sample(): void {
    const { clock, loopDelay, onStall, onClockJump } = this.#options;
    const { p99Ms, longestMs } = loopDelay.take();
    this.#lagMs = p99Ms;
    if (longestMs > STALL_MS) onStall(Math.round(longestMs));
    const byMs = clock.now() - this.#wallMs - (clock.monotonic() - this.#steadyMs);
    if (Math.abs(byMs) > JUMP_MS) onClockJump(Math.round(byMs));
  }

  #remember(): void {
    this.#wallMs = this.#options.clock.now();
    this.#steadyMs = this.#options.clock.monotonic();
  }
}
