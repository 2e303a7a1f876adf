import { BehaviorSubject, EMPTY, ReplaySubject, share, switchMap, type Observable, type Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { HardwareError, problem, toProblem, type Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import { within } from '../../core/within.js';
import { eitherSignal } from './either-signal.js';
import { endingAt } from './ending-at.js';
import type { LinkStatistics } from './link-statistics.js';
import type { Road, RoadLife } from './road.js';

export type RoadKeeperOptions<Carrier> = {
  readonly resource: string;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly statistics: LinkStatistics;
  readonly openTimeoutMs: number;
  readonly open: (call: Call) => Promise<Carrier>;
};

/** An instrument that is not clear by then will not be; the road is opened anew. */
const CLEAR_LIMIT_MS = 2_000;
/** A road that is not closed by then is stuck, in a call of the driver for one. */
const CLOSE_LIMIT_MS = 5_000;
/** Of the time to connect: an instrument that was there just now, and does not take a connection so soon, is away. Whoever
 *  waits for its return has the whole time. */
const REOPEN_SHARE = 1 / 5;

type Keepable = RoadLife & Pick<Partial<Road>, 'drop' | 'serviceRequests'>;

/** Holds the open road of one link: clears it or opens it anew when an answer of old could come, and ends what is under way
 *  when the road is gone. Used by one request at a time. */
export class RoadKeeper<Carrier extends Keepable> {
  readonly #options: RoadKeeperOptions<Carrier>;
  readonly #lost = new ReplaySubject<Problem>(1);
  /** The road that is open now; undefined: none. */
  readonly #roads = new BehaviorSubject<Carrier | undefined>(undefined);
  /** Listened to only while somebody listens here: a road may open a port of its own for it. */
  readonly serviceRequests: Observable<void> = this.#roads.pipe(
    switchMap((road) => road?.serviceRequests ?? EMPTY),
    share(),
  );
  /** Undefined: closed, and to be opened again before the next request. */
  #road: Carrier | undefined;
  #following: Subscription | undefined;
  #isTainted = false;
  #gone: Problem | undefined;
  #endOperation: (reason: Error) => void = () => undefined;
  /** Resolves when no road is open any more, nor about to be; never rejects. */
  #closing: Promise<unknown> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(road: Carrier, options: RoadKeeperOptions<Carrier>) {
    this.#options = options;
    this.#take(road);
  }

  /** Hot; once, also to those who come late; completes when the link is closed. */
  get lost(): Observable<Problem> {
    return this.#lost.asObservable();
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  get isTainted(): boolean {
    return this.#isTainted;
  }

  /** An answer of old may come: the next request clears the road first. */
  taint(): void {
    this.#isTainted = true;
  }

  /** Throws away what has come unasked, or too late; true: there was some. */
  drop(): boolean {
    const found = this.#road?.drop?.() ?? 'nothing';
    if (found === 'reopen') this.taint();
    return found !== 'nothing';
  }

  /** The road, when there is nothing to clean; else see `clean`. */
  get cleanRoad(): Carrier | undefined {
    return this.#isTainted || this.#gone !== undefined ? undefined : this.#road;
  }

  /** The road, with nothing on it that could be taken for the answer to what is sent next. */
  async clean(call: Call): Promise<Carrier> {
    this.#refuseGone();
    const road = this.#road;
    if (road === undefined) return this.reopen(call);
    if (!this.#isTainted) return road;
    const outcome = await this.#clear(road, call);
    if (outcome === 'reopen') return this.reopen(call);
    if (outcome === 'owed') throw this.#stillOwed();
    this.#isTainted = false;
    return road;
  }

  /** Closes the road and opens it again. What fails for want of time is tried again by the next request; anything else loses
   *  the link. */
  async reopen(call: Call): Promise<Carrier> {
    const { clock } = this.#options;
    this.#letGo();
    try {
      await this.#closed(call);
      const opening = this.#open(call);
      // Whoever closes the link waits for this, too: another may open the same at once.
      this.#closing = opening.catch(() => undefined);
      return await this.during(opening);
    } catch (thrown) {
      if (!call.signal.aborted && clock.monotonic() < call.deadline) this.lose(toProblem(thrown));
      throw thrown;
    }
  }

  /** What `work` comes to, or a rejection in the moment the road is gone. */
  during<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#endOperation = reject;
      work.then(resolve, (thrown: unknown) => {
        if (thrown instanceof HardwareError && thrown.code === 'DISCONNECTED') this.lose(thrown.problem);
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      });
      if (this.#gone !== undefined) reject(this.#disconnected(this.#gone));
    });
  }

  lose(reason: Problem): void {
    if (this.#gone !== undefined) return;
    const { resource, statistics } = this.#options;
    const message = reason.message.includes(resource) ? reason.message : `${resource}: ${reason.message}`;
    const lost = problem('DISCONNECTED', message);
    statistics.failed(message);
    this.#end(lost);
    this.#lost.next(lost);
    this.#lost.complete();
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#gone === undefined) this.#end(problem('DISCONNECTED', `${this.#options.resource} was closed`));
    this.#lost.complete();
    await this.#closing;
  }

  /** The road before is closed. */
  async #closed({ signal, deadline }: Call): Promise<void> {
    const { clock, resource } = this.#options;
    const ms = Math.min(Math.max(0, deadline - clock.monotonic()), CLOSE_LIMIT_MS);
    const late = (): Error =>
      new HardwareError('TIMEOUT', `${resource} was not closed within ${Math.round(ms)} ms, to be opened anew`);
    await within(clock, this.during(this.#closing), { ms, late, signal });
  }

  async #open(call: Call): Promise<Carrier> {
    const { open, openTimeoutMs, clock, statistics } = this.#options;
    const deadline = Math.min(call.deadline, clock.monotonic() + REOPEN_SHARE * openTimeoutMs);
    const { signal, letGo } = eitherSignal(call.signal, this.#ending.signal);
    try {
      const road = await open({ ...endingAt(call, deadline), signal });
      if (this.#gone !== undefined) {
        await road.close();
        throw this.#disconnected(this.#gone);
      }
      statistics.count('reopened');
      this.#take(road);
      return road;
    } finally {
      letGo();
    }
  }

  async #clear(road: Carrier, call: Call): Promise<Awaited<ReturnType<RoadLife['clear']>>> {
    try {
      const deadline = Math.min(call.deadline, this.#options.clock.monotonic() + CLEAR_LIMIT_MS);
      return await this.during(road.clear(endingAt(call, deadline)));
    } catch (thrown) {
      this.#refuseGone();
      if (call.signal.aborted) throw thrown;
      return 'reopen';
    }
  }

  #take(road: Carrier): void {
    this.#road = road;
    this.#isTainted = false;
    this.#following = road.lost.subscribe((reason) => {
      this.lose(reason);
    });
    this.#roads.next(road);
  }

  #end(reason: Problem): void {
    const end = this.#disconnected(reason);
    this.#gone = reason;
    this.#letGo();
    this.#roads.complete();
    this.#ending.abort(end);
    this.#endOperation(end);
  }

  #letGo(): void {
    const road = this.#road;
    this.#road = undefined;
    this.#following?.unsubscribe();
    this.#roads.next(undefined);
    if (road !== undefined) this.#closing = road.close();
  }

  #stillOwed(): HardwareError {
    const text = `${this.#options.resource} still owes the answer to an earlier request; nothing is sent before it has come`;
    return new HardwareError('TIMEOUT', text);
  }

  #refuseGone(): void {
    if (this.#gone !== undefined) throw this.#disconnected(this.#gone);
  }

  #disconnected({ message }: Problem): HardwareError {
    return new HardwareError('DISCONNECTED', message);
  }
}
