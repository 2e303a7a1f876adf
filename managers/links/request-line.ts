import { isAborted } from '../../core/call.js';
import { abortReason, type Cancel, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call, Priority } from '../../core/parameter.js';

/** Requests of one priority that may wait for one bus; those that make things safe are always let in. */
export const MAX_WAITING_REQUESTS = 64;
/** So many commands may overtake a poll that waits; then it goes first, for readings must not starve. */
export const MAX_COMMANDS_BEFORE_A_POLL = 8;

/** What a request that is at work may do with its turn. */
export type Turn = {
  /** Leaves the bus to other instruments while `work` lasts, and takes it back afterwards, before commands and polls;
   *  requests of the same owner go on waiting. When `work` or the way back fails, the bus is not taken back. */
  readonly pause: (work: () => Promise<void>) => Promise<void>;
};

/** `back`: comes back from a pause, to fetch an answer that is ready. */
type Rank = Priority | 'back';

type Waiting = { readonly owner: object; readonly sinceMs: number; readonly begin: () => void };

/** One request after the other: what all who share a bus stand in. Safety goes first, then commands, then polls; within
 *  these the order of arrival holds. */
export class RequestLine {
  readonly name: string;
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #waiting: Readonly<Record<Rank, Waiting[]>> = { safety: [], back: [], command: [], poll: [] };
  /** Whose instrument is busy while the bus is left to others. */
  readonly #pausing = new Set<object>();
  #isBusy = false;
  #commandsBeforeAPoll = 0;
  #refused = 0;

  constructor(name: string, clock: Pick<Clock, 'monotonic' | 'after'>) {
    this.name = name;
    this.#clock = clock;
  }

  /** Requests in flight and waiting. */
  get length(): number {
    return this.waiting + (this.#isBusy ? 1 : 0);
  }

  get waiting(): number {
    return ranks.reduce((sum, rank) => sum + this.#waiting[rank].length, 0);
  }

  /** For how long the oldest has waited, ms; 0 when none waits. */
  get oldestMs(): number {
    const since = ranks.map((rank) => this.#waiting[rank][0]?.sinceMs ?? Infinity);
    return Math.max(0, this.#clock.monotonic() - Math.min(...since));
  }

  /** Requests that were refused because too many were waiting. */
  get refused(): number {
    return this.#refused;
  }

  /** Runs `request` when it is its turn. One whose signal is aborted, or whose deadline passes, before that leaves the line
   *  in that moment and is never begun; one that is in flight has to look at both itself. `owner`: the instrument it is for.
   *  Errors: QUEUE_FULL, TIMEOUT. */
  async run<T>(request: (turn: Turn) => Promise<T>, call: Call, owner: object = {}): Promise<T> {
    if (isAborted(call)) throw abortReason(call.signal);
    if (this.#isBusy || this.#pausing.has(owner)) await this.#wait(call.priority ?? 'command', owner, call);
    this.#isBusy = true;
    const state = { hasBus: true };
    const pause = async (work: () => Promise<void>): Promise<void> => {
      state.hasBus = false;
      this.#pausing.add(owner);
      this.#next();
      await work();
      if (this.#isBusy) await this.#wait('back', owner, call);
      this.#isBusy = true;
      state.hasBus = true;
    };
    try {
      this.#refuseOverdue(call);
      return await request({ pause });
    } finally {
      this.#pausing.delete(owner);
      if (state.hasBus) this.#isBusy = false;
      if (!this.#isBusy) this.#next();
    }
  }

  /** Resolves when it is this request's turn; the line stays busy from the one before, so that nobody slips in. */
  #wait(rank: Rank, owner: object, call: Call): Promise<void> {
    const line = this.#waiting[rank];
    const isBounded = rank === 'command' || rank === 'poll';
    if (isBounded && line.length >= MAX_WAITING_REQUESTS) {
      this.#refused += 1;
      throw new HardwareError('QUEUE_FULL', `${line.length} requests (${rank}) are already waiting for ${this.name}`);
    }
    const { signal, deadline } = call;
    const sinceMs = this.#clock.monotonic();
    return new Promise((resolve, reject) => {
      const leave = (reason: Error): void => {
        line.splice(line.indexOf(mine), 1);
        letGo();
        reject(reason);
      };
      const onAbort = (): void => {
        leave(abortReason(signal));
      };
      const cancel = this.#atDeadline(deadline, () => {
        leave(rank === 'back' ? this.#notFetched(sinceMs) : this.#overdue(sinceMs));
      });
      const letGo = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const begin = (): void => {
        letGo();
        resolve();
      };
      const mine: Waiting = { owner, sinceMs, begin };
      signal.addEventListener('abort', onAbort, { once: true });
      line.push(mine);
    });
  }

  /** No timer for a request that waits for ever. */
  #atDeadline(deadline: number, task: () => void): Cancel {
    if (deadline === Infinity) return () => undefined;
    return this.#clock.after(Math.max(0, deadline - this.#clock.monotonic()), task);
  }

  #next(): void {
    const rank = this.#nextRank();
    this.#isBusy = rank !== undefined;
    if (rank === undefined) return;
    if (rank === 'poll') this.#commandsBeforeAPoll = 0;
    else if (rank === 'command' && this.#waiting.poll.length > 0) this.#commandsBeforeAPoll += 1;
    const line = this.#waiting[rank];
    const [first] = line.splice(this.#firstReady(rank), 1);
    first?.begin();
  }

  #nextRank(): Rank | undefined {
    const isPollDue = this.#commandsBeforeAPoll >= MAX_COMMANDS_BEFORE_A_POLL;
    return (isPollDue ? ranksWhenAPollIsDue : ranks).find((rank) => this.#firstReady(rank) !== -1);
  }

  #firstReady(rank: Rank): number {
    return this.#waiting[rank].findIndex(({ owner }) => rank === 'back' || !this.#pausing.has(owner));
  }

  #refuseOverdue(call: Call): void {
    if (isAborted(call)) throw abortReason(call.signal);
    if (this.#clock.monotonic() > call.deadline) throw this.#overdue(undefined);
  }

  #notFetched(sinceMs: number): HardwareError {
    const waited = `${Math.round(this.#clock.monotonic() - sinceMs)} ms`;
    return new HardwareError('TIMEOUT', `the answer was not fetched: ${this.name} was not free again within ${waited}`);
  }

  #overdue(sinceMs: number | undefined): HardwareError {
    const waited =
      sinceMs === undefined ? '' : ` after it had waited ${Math.round(this.#clock.monotonic() - sinceMs)} ms`;
    const text = `the request was never sent: its deadline passed${waited}; now waiting for ${this.name}: ${this.waiting}`;
    return new HardwareError('TIMEOUT', text);
  }
}

const ranks: readonly Rank[] = ['safety', 'back', 'command', 'poll'];
const ranksWhenAPollIsDue: readonly Rank[] = ['safety', 'back', 'poll', 'command'];
