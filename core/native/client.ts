import { Subject, type Observable } from 'rxjs';
import { topicMatcher } from '../address.js';
import type { Cancel, Clock } from '../clock.js';
import type { Description } from '../description.js';
import { problem } from '../errors.js';
import type { Json, JsonObject } from '../json-value.js';
import type { ChannelId, Failure, Output, Reading, Reply } from '../message.js';
import type { Random } from '../random.js';
import type { OpenSocket } from './client-socket.js';
import { Continuity } from './continuity.js';
import type { ClientFrame, FrameId, StationFrame, WelcomeFrame } from './protocol.js';
import { failed, Requests, type Answer } from './requests.js';
import { StationLink, type LinkState } from './station-link.js';

export type NativeClientOptions = {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  /** Who this is, for the people who read the station's log: `console`, `busbar set`. */
  readonly name?: string;
};

export type ClientCommand = {
  readonly manager: string;
  readonly channel?: ChannelId;
  readonly command: string;
  readonly arguments?: JsonObject;
  /** Wall time (epoch ms) after which it must not be begun any more. */
  readonly validUntilMs?: number;
};

/** What did not arrive since the client was made. */
export type Losses = {
  /** Times that something was missing on a topic. */
  readonly gaps: number;
  /** Readings that the station replaced by newer ones because this client was behind. */
  readonly conflated: number;
};

const REQUEST_TIMEOUT_MS = 10_000;
/** A command may run for long; the station itself answers in bounded time. This bounds the wait for a station that does not. */
const COMMAND_TIMEOUT_MS = 600_000;
/** A command without an answer is repeated after a reconnect, under its id, for at most this long: well within the time
 *  that a station remembers answers (120 s), so that it can never run twice. */
const REPEAT_LIMIT_MS = 60_000;

/** A client of one station: reconnects by itself, subscribes again, sees gaps, gives failures as data. Console, command line
 *  and gateway stations share it. */
export class NativeClient {
  readonly #options: NativeClientOptions;
  readonly #session: string;
  readonly #requests: Requests;
  readonly #link: StationLink;
  readonly #outputs = new Subject<Output>();
  readonly #continuity = new Continuity();
  #patterns: readonly string[] = [];
  #isSubscribed: (topic: string) => boolean = () => false;
  #subscriptionId: FrameId | undefined;
  #welcome: WelcomeFrame | undefined;
  /** What is without an answer has been sent on this connection; until then a new request is sent with the rest. */
  #hasSentPending = false;
  #conflated = 0;
  #cancelRepeatLimit: Cancel = () => undefined;

  constructor(options: NativeClientOptions) {
    this.#options = options;
    const { clock, random, name, openSocket } = options;
    this.#session = sessionName(random);
    this.#requests = new Requests(clock);
    this.#link = new StationLink({
      openSocket,
      clock,
      random,
      hello: { type: 'hello', session: this.#session, ...(name === undefined ? {} : { name }) },
      onWelcome: (welcome) => {
        this.#onWelcome(welcome);
      },
      onFrame: (frame) => {
        this.#onFrame(frame);
      },
    });
    // Lives as long as the client: the link is its own.
    this.#link.states.subscribe(({ state, reason }) => {
      this.#hasSentPending = false;
      if (state === 'lost') this.#onLost(reason ?? 'unknown');
    });
  }

  /** Hot; replays the newest state. */
  get states(): Observable<LinkState> {
    return this.#link.states;
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** Hot; what the station says on the subscribed topics and to this client's commands, once each; readings that a snapshot
   *  brought and that are new here come this way too. Never errors, never completes. */
  get outputs(): Observable<Output> {
    return this.#outputs.asObservable();
  }

  /** The newest reading of each subscribed topic. */
  get newest(): ReadonlyMap<string, Reading> {
    return this.#continuity.newest;
  }

  get losses(): Losses {
    return { gaps: this.#continuity.gaps, conflated: this.#conflated };
  }

  /** Who greeted us last; kept while the connection is lost. */
  get welcome(): WelcomeFrame | undefined {
    return this.#welcome;
  }

  start(): void {
    this.#link.start();
  }

  /** Closes the connection; what is unanswered fails. Idempotent. */
  stop(): void {
    this.#cancelRepeatLimit();
    this.#link.stop();
    this.#requests.failAll(problem('ABORTED', 'this client was stopped'));
  }

  /** Replaces the subscription, now and after every reconnect. Answered with the snapshot; waits for a lost connection. */
  async subscribe(patterns: readonly string[]): Promise<Answer<readonly Reading[]>> {
    this.#patterns = patterns;
    this.#isSubscribed = topicMatcher(patterns);
    this.#continuity.forget();
    const isOld = ({ type }: ClientFrame): boolean => type === 'subscribe';
    this.#requests.failAll(problem('ABORTED', 'another subscription took the place of this one'), isOld);
    const answer = await this.#sendSubscription();
    if (answer.type === 'failure') return answer;
    return answer.value.type === 'snapshot'
      ? { type: 'reply', value: answer.value.readings }
      : unexpected(answer.value);
  }

  /** The description of one manager, or of all. */
  async describe(manager?: string): Promise<Answer<readonly Description[]>> {
    const answer = await this.#ask(
      { type: 'describe', ...(manager === undefined ? {} : { manager }) },
      REQUEST_TIMEOUT_MS,
    );
    if (answer.type === 'failure') return answer;
    return answer.value.type === 'description'
      ? { type: 'reply', value: answer.value.managers }
      : unexpected(answer.value);
  }

  /** The newest readings of the topics that match, from the station's memory: no instrument is asked. */
  async get(patterns: readonly string[]): Promise<Answer<readonly Reading[]>> {
    const answer = await this.#ask({ type: 'get', patterns }, REQUEST_TIMEOUT_MS);
    if (answer.type === 'failure') return answer;
    return answer.value.type === 'snapshot'
      ? { type: 'reply', value: answer.value.readings }
      : unexpected(answer.value);
  }

  /** Runs a command once, however often the connection breaks; resolves with its reply or failure. */
  async command(command: ClientCommand, { timeoutMs = COMMAND_TIMEOUT_MS } = {}): Promise<Answer<Json>> {
    const answer = await this.#ask({ type: 'command', ...command }, timeoutMs);
    if (answer.type === 'failure') return answer;
    const { value } = answer;
    if (value.type === 'reply') return { type: 'reply', value: value.value };
    return value.type === 'failure' ? failed(value.problem) : unexpected(value);
  }

  #ask(frame: ClientFrame, timeoutMs: number): Promise<Answer<StationFrame>> {
    const { state, reason } = this.#link.state;
    if (state === 'lost' || state === 'stopped') {
      const text =
        state === 'lost' ? `no connection to the station: ${reason ?? 'unknown'}` : 'this client is not started';
      return Promise.resolve(failed(problem('DISCONNECTED', text)));
    }
    return this.#requests.ask(frame, timeoutMs, (request) => {
      this.#send(request);
    });
  }

  #sendSubscription(): Promise<Answer<StationFrame>> {
    return this.#requests.ask({ type: 'subscribe', patterns: this.#patterns }, undefined, (frame) => {
      this.#subscriptionId = frame.id;
      this.#send(frame);
    });
  }

  #send(frame: ClientFrame): void {
    if (this.#hasSentPending) this.#link.send(frame);
  }

  #onWelcome(welcome: WelcomeFrame): void {
    this.#cancelRepeatLimit();
    if (this.#welcome !== undefined && this.#welcome.epoch !== welcome.epoch)
      this.#forgetCommands('the station was restarted before it answered');
    this.#welcome = welcome;
    const pending = this.#requests.frames;
    this.#hasSentPending = this.#link.state.state === 'open';
    for (const frame of pending) this.#link.send(frame);
    const isAsked = pending.some(({ type }) => type === 'subscribe');
    if (this.#patterns.length > 0 && !isAsked) void this.#sendSubscription();
  }

  #onLost(reason: string): void {
    const neverConnected = this.#welcome === undefined;
    if (neverConnected)
      this.#requests.failAll(problem('DISCONNECTED', `no connection to the station: ${reason}`), isNoSubscription);
    this.#cancelRepeatLimit = this.#options.clock.after(REPEAT_LIMIT_MS, () => {
      this.#forgetCommands(`the connection was lost for ${REPEAT_LIMIT_MS / 1000} s`);
    });
  }

  #forgetCommands(reason: string): void {
    const text = `${reason}; look whether it was done before you send it again`;
    this.#requests.failAll(problem('DISCONNECTED', text), ({ type }) => type === 'command');
  }

  #onFrame(frame: StationFrame): void {
    switch (frame.type) {
      case 'reply':
      case 'failure':
        this.#onAnswer(frame);
        return;
      case 'reading':
      case 'alarm':
      case 'event':
        if (this.#continuity.follow(frame)) this.#outputs.next(frame);
        return;
      case 'snapshot':
        if (frame.id === this.#subscriptionId) {
          for (const reading of this.#continuity.adopt(frame.readings)) this.#outputs.next(reading);
          for (const alarm of frame.alarms ?? []) this.#outputs.next(alarm);
        }
        this.#settle(frame.id, { type: 'reply', value: frame });
        return;
      case 'gap':
        this.#conflated += frame.conflated;
        return;
      case 'error':
        this.#settle(frame.id, failed(frame.problem));
        return;
      default:
        if ('id' in frame) this.#settle(frame.id, { type: 'reply', value: frame });
    }
  }

  /** Others use the same numbers as ids: an answer is ours when it names our session. */
  #onAnswer(answer: Reply | Failure): void {
    const { id, origin } = answer.command;
    // Answers to own commands come whether subscribed or not; their topics have gaps by nature.
    if (!this.#isSubscribed(answer.topic) || this.#continuity.follow(answer)) this.#outputs.next(answer);
    if (origin.session === this.#session) this.#settle(id, { type: 'reply', value: answer });
  }

  #settle(id: FrameId | undefined, answer: Answer<StationFrame>): void {
    if (id !== undefined) this.#requests.settle(id, answer);
  }
}

const isNoSubscription = ({ type }: ClientFrame): boolean => type !== 'subscribe';

const unexpected = (frame: StationFrame): Answer<never> =>
  failed(problem('BAD_MESSAGE', `the station answered with an unexpected "${frame.type}" frame`));

/** 128 random bits: no other client's. */
const sessionName = (random: Random): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
