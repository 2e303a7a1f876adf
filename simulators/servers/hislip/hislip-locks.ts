import type { Cancel, Clock } from '../../../core/clock.js';
import { lockAnswers } from '../../../core/wire/hislip-tables.js';

export type LockAnswer = (typeof lockAnswers)[keyof typeof lockAnswers];

type Waiting<Holder> = {
  readonly holder: Holder;
  readonly key: string;
  readonly answer: (answer: LockAnswer) => void;
  readonly cancel: Cancel;
};

/** The locks of one instrument: an exclusive one, and a shared one for all who know its key. Who shares may lock the others
 *  out by the exclusive one besides. */
export class HislipLocks<Holder> {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #exclusive: Holder | undefined;
  #key: string | undefined;
  readonly #sharing = new Set<Holder>();
  #waiting: readonly Waiting<Holder>[] = [];

  /** `onChange`: somebody may now do what he might not before. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Whether this client may use the instrument now. */
  allows(holder: Holder): boolean {
    if (this.#exclusive !== undefined) return this.#exclusive === holder;
    return this.#sharing.size === 0 || this.#sharing.has(holder);
  }

  get info(): { readonly isExclusive: boolean; readonly holders: number } {
    const alone = this.#exclusive !== undefined && !this.#sharing.has(this.#exclusive) ? 1 : 0;
    return { isExclusive: this.#exclusive !== undefined, holders: this.#sharing.size + alone };
  }

  /** An empty key asks for the exclusive lock. `answer` is called once, at the latest after `timeoutMs`. */
  request(holder: Holder, key: string, timeoutMs: number, answer: (answer: LockAnswer) => void): void {
    const has = key === '' ? this.#exclusive === holder : this.#sharing.has(holder);
    if (has || this.#waiting.some((waiting) => waiting.holder === holder)) {
      answer(lockAnswers.error);
    } else if (this.#grant(holder, key)) {
      answer(lockAnswers.granted);
    } else if (timeoutMs === 0) {
      answer(lockAnswers.failed);
    } else {
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#leave(holder);
        answer(lockAnswers.failed);
      });
      this.#waiting = [...this.#waiting, { holder, key, answer, cancel }];
    }
  }

  /** Lets go of the exclusive lock, or, when it is not his, of the shared one. */
  release(holder: Holder): LockAnswer {
    if (this.#exclusive === holder) this.#exclusive = undefined;
    else if (!this.#stopSharing(holder)) return lockAnswers.error;
    else return this.#changed(lockAnswers.sharedReleased);
    return this.#changed(lockAnswers.granted);
  }

  /** The client has gone. */
  forget(holder: Holder): void {
    this.#leave(holder);
    if (this.#exclusive === holder) this.#exclusive = undefined;
    this.#stopSharing(holder);
    this.#changed(lockAnswers.granted);
  }

  #grant(holder: Holder, key: string): boolean {
    const isFree = this.#exclusive === undefined;
    if (key === '') {
      if (!isFree || (this.#sharing.size > 0 && !this.#sharing.has(holder))) return false;
      this.#exclusive = holder;
      return true;
    }
    if (!isFree && this.#exclusive !== holder) return false;
    if (this.#sharing.size > 0 && this.#key !== key) return false;
    this.#key = key;
    this.#sharing.add(holder);
    return true;
  }

  #stopSharing(holder: Holder): boolean {
    const wasSharing = this.#sharing.delete(holder);
    if (this.#sharing.size === 0) this.#key = undefined;
    return wasSharing;
  }

  #leave(holder: Holder): void {
    for (const waiting of this.#waiting) if (waiting.holder === holder) waiting.cancel();
    this.#waiting = this.#waiting.filter((waiting) => waiting.holder !== holder);
  }

  /** Those who wait get what they can have, in order. */
  #changed(answer: LockAnswer): LockAnswer {
    for (const waiting of this.#waiting) {
      if (!this.#grant(waiting.holder, waiting.key)) continue;
      this.#leave(waiting.holder);
      waiting.answer(lockAnswers.granted);
    }
    this.#onChange();
    return answer;
  }
}
