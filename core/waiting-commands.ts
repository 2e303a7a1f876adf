import { overlap, type Waiting } from './busy-rules.js';
import type { Cancel, Clock } from './clock.js';
import type { Problem } from './errors.js';
import { refuseExpired } from './expiry.js';

type Kept = { readonly waiting: Waiting; cancelExpiry: Cancel };

export type WaitingCommandsOptions = {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** It has waited longer than its client wants it done; it is out of the line. */
  readonly onExpired: (waiting: Waiting, reason: Problem) => void;
};

/** Commands that wait for their turn, in order of arrival, each for as long as its client allows. */
export class WaitingCommands {
  readonly #options: WaitingCommandsOptions;
  #kept: Kept[] = [];

  constructor(options: WaitingCommandsOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#kept.length;
  }

  add(waiting: Waiting): void {
    const kept: Kept = { waiting, cancelExpiry: () => undefined };
    this.#kept.push(kept);
    this.#watchExpiry(kept);
  }

  /** One of the first `end` is in the way of `next`. */
  block(next: Waiting, end = this.#kept.length): boolean {
    for (let index = 0; index < end; index += 1) {
      const kept = this.#kept[index];
      if (kept !== undefined && overlap(kept.waiting, next)) return true;
    }
    return false;
  }

  /** Takes out the first that nothing is in the way of: neither one that waits before it, nor what `isFree` knows of. */
  takeFirst(isFree: (waiting: Waiting) => boolean): Waiting | undefined {
    for (const [index, kept] of this.#kept.entries()) {
      const { waiting, cancelExpiry } = kept;
      if (!isFree(waiting) || this.block(waiting, index)) continue;
      this.#kept.splice(index, 1);
      cancelExpiry();
      return waiting;
    }
    return undefined;
  }

  /** Takes out all that are concerned. */
  takeAll(concerns: (waiting: Waiting) => boolean): readonly Waiting[] {
    const taken = this.#kept.filter(({ waiting }) => concerns(waiting));
    this.#kept = this.#kept.filter((kept) => !taken.includes(kept));
    for (const { cancelExpiry } of taken) cancelExpiry();
    return taken.map(({ waiting }) => waiting);
  }

  #watchExpiry(kept: Kept): void {
    const { clock } = this.#options;
    const { validUntilMs } = kept.waiting.command;
    if (validUntilMs === undefined) return;
    // Still valid in its last millisecond.
    kept.cancelExpiry = clock.after(Math.max(0, validUntilMs - clock.now()) + 1, () => {
      this.#expire(kept);
    });
  }

  #expire(kept: Kept): void {
    const { clock, onExpired } = this.#options;
    const reason = refuseExpired(kept.waiting.command, clock.now());
    if (reason === undefined) {
      // The wall clock was set back.
      this.#watchExpiry(kept);
      return;
    }
    this.#kept = this.#kept.filter((other) => other !== kept);
    onExpired(kept.waiting, reason);
  }
}
