import type { Observable } from 'rxjs';
import { isAborted } from '../../core/call.js';
import { abortReason, sleep, type Clock } from '../../core/clock.js';
import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { LinkReport } from '../../core/link.js';
import type { Logger } from '../../core/log.js';
import type { Call } from '../../core/parameter.js';
import { endingAt } from './ending-at.js';
import type { LinkStatistics } from './link-statistics.js';
import { isQuestion, latin1Bytes, latin1Text, shown } from './program-text.js';
import type { RequestLine, Turn } from './request-line.js';
import type { Road } from './road.js';
import type { RoadKeeper } from './road-keeper.js';
import { timeOutText } from './time-out-text.js';

export type MessageLinkOptions = {
  readonly resource: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keeper: RoadKeeper<Road>;
  readonly line: RequestLine;
  readonly statistics: LinkStatistics;
  /** Who else uses the bus. */
  readonly neighbours: () => readonly string[];
};

/** What one request is made with. `by`: which of those who share the link asks; `limitMs`: time for an answer. */
export type Request = { readonly by: object; readonly call: Call; readonly turn: Turn; readonly limitMs: number };

/** An answer that has not been taken. `isSure`: it comes, for a query was sent; else a trigger may have made one. */
type Owed = { readonly to: object; readonly question: string; readonly sentBytes: number; readonly isSure: boolean };

/** The conversation with one instrument, shared by all who have opened it. An answer never goes to the wrong question: one
 *  that is owed to a query that was given up is fetched by `read`, or cleared away before anything else is sent. */
export class MessageLink {
  readonly #options: MessageLinkOptions;
  #owed: Owed | undefined;
  #timeOutsInARow = 0;

  constructor(options: MessageLinkOptions) {
    this.#options = options;
  }

  get resource(): string {
    return this.#options.resource;
  }

  get lost(): Observable<Problem> {
    return this.#options.keeper.lost;
  }

  get serviceRequests(): Observable<void> {
    return this.#options.keeper.serviceRequests;
  }

  get report(): LinkReport {
    const { keeper, line, statistics } = this.#options;
    return statistics.report(keeper.isGone ? undefined : line);
  }

  /** Runs `work` when it is this link's turn on its bus. */
  inTurn<T>(call: Call, work: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#options.line.run(work, call, this);
  }

  async write(text: string, request: Request): Promise<void> {
    const bytes = latin1Bytes(text);
    const road = await this.#ready(request.call);
    await this.#send(road, { text, bytes }, request);
    if (isQuestion(text)) this.#owe(request.by, text, bytes);
  }

  async query(text: string, answerAfterMs: number, request: Request): Promise<string> {
    const { by, call, turn } = request;
    const { clock, statistics } = this.#options;
    const bytes = latin1Bytes(text);
    const road = await this.#ready(call);
    const startedAt = clock.monotonic();
    await this.#send(road, { text, bytes }, request);
    this.#owe(by, text, bytes);
    if (answerAfterMs > 0) await turn.pause(() => this.#leaveAlone(answerAfterMs, call));
    const answer = await this.#receive(road, request);
    statistics.answered(clock.monotonic() - startedAt);
    return answer;
  }

  /** Errors also: BAD_COMMAND when nothing is owed, or it is owed to another. */
  async read(request: Request): Promise<string> {
    const { keeper, resource } = this.#options;
    if (this.#owed?.to !== request.by || keeper.isTainted) {
      throw new HardwareError('BAD_COMMAND', `${resource} owes no answer to this caller: send a query first`);
    }
    return this.#receive(await keeper.clean(request.call), request);
  }

  async clear({ call }: Request): Promise<void> {
    this.#forget();
    this.#options.keeper.taint();
    await this.#options.keeper.clean(call);
  }

  /** Reads past the output queue: what is owed stays owed. */
  async statusByte({ call, limitMs }: Request): Promise<number> {
    const road = await this.#options.keeper.clean(call);
    if (road.statusByte === undefined) throw this.#hasNo('status byte');
    return this.#onRoad(road.statusByte(this.#limited(call, limitMs)), () => 'status byte', call);
  }

  async trigger({ by, call, limitMs }: Request): Promise<void> {
    const road = await this.#ready(call);
    if (road.trigger === undefined) throw this.#hasNo('trigger');
    await this.#onRoad(road.trigger(this.#limited(call, limitMs)), () => 'trigger', call);
    this.#owed = { to: by, question: 'a trigger', sentBytes: 0, isSure: false };
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#options.keeper.close();
  }

  /** The road, when nothing on it can be taken for the answer to what is sent next. */
  #ready(call: Call): Road | Promise<Road> {
    const { keeper, statistics } = this.#options;
    if (this.#owed?.isSure === true) keeper.taint();
    this.#forget();
    if (keeper.drop()) statistics.count('staleAnswers');
    return keeper.cleanRoad ?? keeper.clean(call);
  }

  async #send(
    road: Road,
    { text, bytes }: { readonly text: string; readonly bytes: Uint8Array },
    { call, limitMs }: Request,
  ): Promise<void> {
    const { keeper, statistics, log, resource } = this.#options;
    if (isAborted(call)) throw abortReason(call.signal);
    if (log.isDebug()) log.debug('sent', { resource, text: shown(text), bytes: bytes.length });
    statistics.count('requests');
    try {
      await this.#onRoad(road.send(bytes, this.#limited(call, limitMs)), () => `sending "${shown(text)}"`, call);
    } catch (thrown) {
      keeper.taint();
      throw thrown;
    }
    statistics.count('sentBytes', bytes.length);
  }

  async #receive(road: Road, { call, limitMs }: Request): Promise<string> {
    const { keeper, clock, statistics, log, resource } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const text = latin1Text(await keeper.during(road.receive(this.#limited(call, limitMs))));
      this.#forget();
      this.#timeOutsInARow = 0;
      statistics.count('receivedBytes', text.length);
      if (log.isDebug()) log.debug('received', { resource, text: shown(text), bytes: text.length });
      return text;
    } catch (thrown) {
      if (this.#owed !== undefined) this.#owed = { ...this.#owed, isSure: true };
      if (isAborted(call)) throw thrown;
      if (toProblem(thrown).code === 'TIMEOUT') throw this.#timedOut(clock.monotonic() - startedAt, road.pendingBytes);
      // What came was no answer, and its rest may still come.
      this.#forget();
      keeper.taint();
      throw this.#named(thrown);
    }
  }

  /** An operation that has no answer of its own. */
  async #onRoad<T>(work: Promise<T>, what: () => string, call: Call): Promise<T> {
    const { keeper, statistics } = this.#options;
    try {
      return await keeper.during(work);
    } catch (thrown) {
      if (this.#owed !== undefined) this.#owed = { ...this.#owed, isSure: true };
      if (isAborted(call)) throw thrown;
      if (toProblem(thrown).code === 'TIMEOUT') statistics.count('timeouts');
      throw this.#named(thrown, `, ${what()}`);
    }
  }

  /** The pause before an answer; it ends early when the road is lost. */
  async #leaveAlone(ms: number, call: Call): Promise<void> {
    const { clock, keeper } = this.#options;
    const ending = new AbortController();
    const onAbort = (): void => {
      ending.abort(call.signal.reason);
    };
    call.signal.addEventListener('abort', onAbort, { once: true });
    if (call.signal.aborted) onAbort();
    try {
      await keeper.during(sleep(clock, ms, ending.signal));
    } finally {
      call.signal.removeEventListener('abort', onAbort);
      ending.abort('over');
    }
  }

  #limited(call: Call, limitMs: number): Call {
    return endingAt(call, Math.min(call.deadline, this.#options.clock.monotonic() + limitMs));
  }

  #owe(to: object, question: string, { length }: Uint8Array): void {
    this.#owed = { to, question, sentBytes: length, isSure: true };
  }

  #forget(): void {
    this.#owed = undefined;
  }

  #timedOut(elapsedMs: number, gotBytes: number): HardwareError {
    const { resource, statistics, neighbours } = this.#options;
    this.#timeOutsInARow += 1;
    statistics.count('timeouts');
    const text = timeOutText({
      resource,
      question: this.#owed?.question ?? '',
      sentBytes: this.#owed?.sentBytes ?? 0,
      gotBytes,
      elapsedMs,
      attempt: this.#timeOutsInARow,
      neighbours: neighbours(),
    });
    statistics.failed(text);
    return new HardwareError('TIMEOUT', text);
  }

  #hasNo(what: string): HardwareError {
    return new HardwareError('BAD_COMMAND', `the road ${this.resource} has no ${what}`);
  }

  /** Whatever a road says, with the name of the instrument. */
  #named(thrown: unknown, detail = ''): unknown {
    if (!(thrown instanceof HardwareError)) return thrown;
    const { code, message } = thrown;
    const text = message.includes(this.resource) ? message : `${this.resource}${detail}: ${message}`;
    this.#options.statistics.failed(text);
    return new HardwareError(code, text, { cause: thrown });
  }
}
