import { interval, Subscription } from 'rxjs';
import { backoff, reconnectBackoff } from './backoff.js';
import { sleep, type Clock } from './clock.js';
import { HardwareError, problem, type Problem } from './errors.js';
import type { ChannelId } from './message.js';
import type { Call } from './parameter.js';
import type { PollGroup, PollItem } from './poll-plan.js';
import { poll, pollEachTurn } from './poll.js';
import type { Random } from './random.js';
import { millis } from './units.js';

/** Time a driver gets for one read of a poll; then the link counts as lost. */
export const READ_LIMIT_MS = 10_000;
/** How often the loops are looked at: whether one hangs, and whether readings have become old. */
export const WATCH_MS = 1_000;

export type PollerOptions<Driver, Channel> = {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Reads and publishes; undefined: it could be read. Never rejects. */
  readonly read: (driver: Driver, item: PollItem<Channel>, call: Call) => Promise<Problem | undefined>;
  /** A read has been at work for `READ_LIMIT_MS`. */
  readonly onHung: (reason: Problem) => void;
  /** Every `WATCH_MS` while the loops run. */
  readonly onWatch: () => void;
  readonly onDefect: (thrown: unknown) => void;
};

/** One loop, and the read that it waits for. `reads` ends that read, not the loop. */
type Waiting<Channel> = {
  item: PollItem<Channel> | undefined;
  sinceMs: number;
  waitedMs: number;
  reads: AbortController;
};

/** The reading loops of one session with an instrument: from online to offline. */
export class Poller<Driver, Channel extends ChannelId> {
  readonly #options: PollerOptions<Driver, Channel>;
  #session = new AbortController();
  #subscriptions = new Subscription();
  #plan: readonly PollGroup<Channel>[] = [];
  readonly #waiting = new Set<Waiting<Channel>>();

  constructor(options: PollerOptions<Driver, Channel>) {
    this.#options = options;
  }

  /** Reads what is read once, and polls the rest. */
  start(driver: Driver, plan: readonly PollGroup<Channel>[]): void {
    this.#session = new AbortController();
    this.#subscriptions = new Subscription();
    this.#plan = plan;
    for (const group of plan) this.#subscriptions.add(this.#startLoop(driver, group));
    this.#subscriptions.add(
      interval(WATCH_MS).subscribe(() => {
        this.#watch();
      }),
    );
  }

  /** Ends what is being read. */
  stop(reason: Problem): void {
    this.#subscriptions.unsubscribe();
    const error = new HardwareError(reason.code, reason.message);
    this.#session.abort(error);
    for (const { reads } of this.#waiting) reads.abort(error);
    this.#waiting.clear();
  }

  /** Ends the reads that have been at work for so long; the loops go on. */
  interrupt(olderThanMs: number, reason: Problem): void {
    const now = this.#options.clock.monotonic();
    for (const waiting of this.#waiting) {
      if (waiting.item === undefined || now - waiting.sinceMs < olderThanMs) continue;
      const { reads } = waiting;
      waiting.reads = new AbortController();
      reads.abort(new HardwareError(reason.code, reason.message));
    }
  }

  /** Once more what no poll reads: after an outage, or when it may have changed unseen. Without a signal it ends with the session. */
  async readOnce(driver: Driver, signal?: AbortSignal): Promise<void> {
    for (const group of this.#plan) {
      if (group.everyMs === undefined) await this.#readGroup(driver, group, newWaiting(), signal);
    }
  }

  #startLoop(driver: Driver, group: PollGroup<Channel>): Subscription {
    const { clock, random, onDefect } = this.#options;
    const { signal } = this.#session;
    const { everyMs } = group;
    const waiting: Waiting<Channel> = newWaiting();
    if (everyMs === undefined) {
      this.#readGroup(driver, group, waiting).catch(onDefect);
      return Subscription.EMPTY;
    }
    const pause = backoff(reconnectBackoff, random);
    /** A failing instrument is asked again after a growing pause, not at once. */
    const round = async (): Promise<void> => {
      const failure = await this.#readGroup(driver, group, waiting);
      if (failure === undefined) pause.reset();
      else if (!signal.aborted) await pauseFor(clock, pause.next(), signal);
    };
    const rounds = everyMs === 0 ? pollEachTurn(clock, round, onDefect) : poll(millis(everyMs), round, onDefect);
    return rounds.subscribe();
  }

  /** All items are tried: one dead channel does not hide the others. Returns the last failure. */
  async #readGroup(
    driver: Driver,
    group: PollGroup<Channel>,
    waiting: Waiting<Channel>,
    given?: AbortSignal,
  ): Promise<Problem | undefined> {
    const { clock, read } = this.#options;
    const session = this.#session.signal;
    this.#waiting.add(waiting);
    let failure: Problem | undefined;
    for (const item of group.items) {
      const signal = given ?? waiting.reads.signal;
      waiting.item = item;
      waiting.waitedMs = 0;
      waiting.sinceMs = clock.monotonic();
      const deadline = waiting.sinceMs + READ_LIMIT_MS;
      const reason = await read(driver, item, { signal, deadline, priority: 'poll' });
      failure = reason ?? failure;
      if (session.aborted || given?.aborted === true) break;
    }
    this.#waiting.delete(waiting);
    return failure;
  }

  #watch(): void {
    this.#options.onWatch();
    for (const waiting of this.#waiting) {
      waiting.waitedMs += WATCH_MS;
      if (waiting.waitedMs > READ_LIMIT_MS) this.#options.onHung(this.#hung(waiting.item));
    }
  }

  #hung(item: PollItem<Channel> | undefined): Problem {
    const what = [this.#options.name, item?.channel, item?.parameter].filter((part) => part !== undefined).join('/');
    return problem('TIMEOUT', `${what} was not read within ${READ_LIMIT_MS} ms`);
  }
}

const newWaiting = <Channel>(): Waiting<Channel> => ({
  item: undefined,
  sinceMs: 0,
  waitedMs: 0,
  reads: new AbortController(),
});

/** Ends early, and without an error, when the session ends. */
const pauseFor = async (clock: Clock, ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(clock, ms, signal);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
};
