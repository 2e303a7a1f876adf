import type { Cancel, Clock } from '../../core/clock.js';
import type { Logger } from '../../core/log.js';

/** A command of the shell at work. It goes on when the station ends. */
export type RunningCommand = {
  /** How it ended: undefined for exit status 0, else `exit status 3` and the like. Never rejects. */
  readonly ended: Promise<string | undefined>;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
};

export type RunCommand = (command: string) => RunningCommand;

export type SyncOptions = {
  readonly command: string;
  readonly everyS: number;
  /** A run that takes longer is ended: it hangs. */
  readonly limitS: number;
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly log: Logger;
};

/** After SIGTERM a command gets this long to end by itself. */
const KILL_GRACE_MS = 5_000;

/** Runs a command at the start, again and again, and at the stop; never two at once, and nobody waits for it. */
export class Sync {
  readonly #options: SyncOptions;
  #running: Promise<void> | undefined;
  #isFailing = false;
  #hasSkipped = false;
  #cancelNext: Cancel = () => undefined;
  /** Since the start: runs that did not begin because the one before was still at work. */
  skipped = 0;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, everyS } = this.#options;
    this.#begin();
    this.#cancelNext = clock.after(everyS * 1_000, () => {
      this.start();
    });
  }

  /** Once more, so that the last lines get out. What takes longer than `limitMs` is left to itself: the next
   *  start copies the rest. */
  async stop(limitMs: number): Promise<void> {
    const { log, command } = this.#options;
    this.#cancelNext();
    const isOver = this.#running === undefined && (await this.#lastRun(limitMs));
    if (!isOver) log.info('synchronisation goes on by itself', { command });
  }

  /** True: it ended in time. */
  #lastRun(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(limitMs, () => {
        resolve(false);
      });
      void this.#follow().then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  #begin(): void {
    if (this.#running === undefined) this.#running = this.#follow();
    else this.#skip();
  }

  async #follow(): Promise<void> {
    const { clock, command, limitS, run } = this.#options;
    const running = run(command);
    let cancelKill: Cancel = () => undefined;
    const cancelLimit = clock.after(limitS * 1_000, () => {
      running.kill('SIGTERM');
      cancelKill = clock.after(KILL_GRACE_MS, () => {
        running.kill('SIGKILL');
      });
    });
    const failure = await running.ended;
    cancelLimit();
    cancelKill();
    this.#running = undefined;
    this.#hasSkipped = false;
    this.#note(failure);
  }

  /** On the edge only: a nightly failure is one line, not one every two hours. */
  #note(failure: string | undefined): void {
    const { log, command } = this.#options;
    if (failure !== undefined && !this.#isFailing) log.warn('synchronisation fails', { command, reason: failure });
    if (failure === undefined && this.#isFailing) log.info('synchronisation works again', { command });
    this.#isFailing = failure !== undefined;
  }

  #skip(): void {
    this.skipped += 1;
    if (!this.#hasSkipped)
      this.#options.log.warn('synchronisation is skipped, the one before still runs', {
        command: this.#options.command,
      });
    this.#hasSkipped = true;
  }
}
