import { STATION } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import type { Problem } from '../core/errors.js';
import type { Json, JsonObject } from '../core/json-value.js';
import type { ChannelId, Output } from '../core/message.js';
import { NativeClient, type ClientCommand, type Losses } from '../core/native/client.js';
import type { OpenSocket } from '../core/native/client-socket.js';
import type { ClientFrame } from '../core/native/protocol.js';
import { readStationFrame } from '../core/native/station-frame.js';
import type { Random } from '../core/random.js';
import { historyPoints } from './model/history.js';
import { LogEntry, type Direction } from './model/log-entry.js';
import { MessageLog } from './model/message-log.js';
import { Skew } from './model/skew.js';
import { announcedVersion, StationModel } from './model/station-model.js';
import { tapped } from './tap.js';

/** The log keeps this much; the newest readings apart, so that they push nothing else out. */
const LOG_READINGS = 500;
const LOG_OTHERS = 1_500;
/** The longest time that the plots can show, and the points asked for it. */
const HISTORY_MS = 3_600_000;
const HISTORY_POINTS = 2_000;
/** Pressing a button means now: what has not begun after this long is not wanted any more. */
const COMMAND_VALID_MS = 30_000;

export type Answer =
  | { readonly type: 'reply'; readonly value: Json; readonly tookMs: number }
  | { readonly type: 'failure'; readonly problem: Problem; readonly tookMs: number };

export type Target = { readonly manager: string; readonly channel?: ChannelId; readonly command: string };

export type Link = {
  readonly isOpen: boolean;
  /** By this page's clock, epoch ms. */
  readonly sinceMs: number;
  readonly reason: string | undefined;
  /** Attempts since the connection was lost; whether one is under way now. */
  readonly attempts: number;
  readonly isTrying: boolean;
};

export type SessionOptions = {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  /** Something that the page shows has changed. */
  readonly onChange: () => void;
};

/** The page's conversation with its station: keeps model and log up to date, sends commands. Draws nothing. */
export class Session {
  readonly model = new StationModel();
  readonly log = new MessageLog(LOG_READINGS, LOG_OTHERS);
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #client: NativeClient;
  readonly #skew = new Skew();
  /** Whose history has been asked for since the connection was opened. */
  readonly #asked = new Set<string>();
  /** Managers that a description has been asked for: once, however many messages call for it. One that stays unknown
   *  is not asked for again until it says something new. */
  readonly #describing = new Set<string>();
  #attempts = 0;
  #isTrying = false;
  #entries = 0;

  constructor({ openSocket, clock, random, onChange }: SessionOptions) {
    this.#clock = clock;
    this.#onChange = onChange;
    const socket = tapped(openSocket, {
      onAttempt: () => {
        this.#attempts += 1;
        this.#isTrying = true;
        onChange();
      },
      onEnded: () => {
        this.#isTrying = false;
        onChange();
      },
      onSent: (text) => {
        this.#logText('sent', text);
      },
      onReceived: (text) => {
        this.#logText('received', text);
      },
    });
    this.#client = new NativeClient({ openSocket: socket, clock, random, name: 'console' });
  }

  /** Connects, and stays connected until the page is left. */
  start(): void {
    this.#client.outputs.subscribe((output) => {
      this.#hear(output);
    });
    this.#client.states.subscribe(({ state }) => {
      if (state === 'open') this.#onOpen();
      this.#onChange();
    });
    this.#client.start();
    void this.#client.subscribe(['**']).then(this.#onChange);
  }

  get link(): Link {
    const { state, sinceMs, reason } = this.#client.state;
    return { isOpen: state === 'open', sinceMs, reason, attempts: this.#attempts, isTrying: this.#isTrying };
  }

  /** The station's name once it has greeted us. */
  get stationName(): string | undefined {
    return this.#client.welcome?.station;
  }

  get losses(): Losses {
    return this.#client.losses;
  }

  /** This page's clock, epoch ms. */
  now(): number {
    return this.#clock.now();
  }

  /** The station's clock, as far as messages have taught it: what ages and plots are drawn by. */
  stationNow(): number {
    return this.#skew.stationTime(this.#clock.now());
  }

  get lastEntry(): number {
    return this.#entries;
  }

  /** Sends a command and waits for what became of it; never rejects. */
  async send(target: Target, values: JsonObject): Promise<Answer> {
    const started = this.#clock.monotonic();
    const command: ClientCommand = { ...target, arguments: values, validUntilMs: this.stationNow() + COMMAND_VALID_MS };
    const answer = await this.#client.command(command);
    this.#onChange();
    return { ...answer, tookMs: this.#clock.monotonic() - started };
  }

  /** Everything to its safe state: by the station where it can, else manager by manager. */
  async stopAll(): Promise<Answer> {
    const { commands = {} } = this.model.manager(STATION) ?? {};
    if ('stopAll' in commands) return this.send({ manager: STATION, command: 'stopAll' }, {});
    const managers = this.model.managers.filter((description) => 'makeSafe' in description.commands);
    const answers = await Promise.all(
      managers.map(({ name }) => this.send({ manager: name, command: 'makeSafe' }, {})),
    );
    return answers.find(({ type }) => type === 'failure') ?? answers[0] ?? nothingToStop;
  }

  /** Fetches once per connection what the station remembers of a topic: before the page was opened, or while it was away. */
  wantHistory(topic: string): void {
    this.model.keepPlotted(topic);
    if (!this.link.isOpen || this.#asked.has(topic)) return;
    if (!('history' in (this.model.manager(STATION)?.commands ?? {}))) return;
    this.#asked.add(topic);
    void this.#fetchHistory(topic);
  }

  async #fetchHistory(topic: string): Promise<void> {
    const sinceMs = this.stationNow() - HISTORY_MS;
    const answer = await this.send(
      { manager: STATION, command: 'history' },
      { topic, sinceMs, maxPoints: HISTORY_POINTS },
    );
    if (answer.type === 'reply') this.model.mergeHistory(topic, historyPoints(answer.value));
    this.#onChange();
  }

  #onOpen(): void {
    this.#attempts = 0;
    this.#isTrying = false;
    this.#asked.clear();
    this.#describing.clear();
    this.#skew.reset();
    this.model.forgetRunning();
    void this.#describeAll();
  }

  async #describeAll(): Promise<void> {
    const answer = await this.#client.describe();
    if (answer.type === 'reply') this.model.describe(answer.value);
    this.#onChange();
  }

  #hear(output: Output): void {
    const nowMs = this.#clock.now();
    this.#skew.learn(output.timeMs, nowMs);
    this.model.hear(output);
    const known = this.model.manager(output.manager);
    if (known === undefined) this.#redescribe(output.manager);
    else if (output.type === 'event' && output.event !== 'busy' && output.event !== 'idle') {
      const version = announcedVersion(output);
      if (version === undefined || version !== known.version) this.#redescribe(output.manager);
    }
    this.#onChange();
  }

  /** Asks for everything again: an event may mean that a manager has come or gone. */
  #redescribe(manager: string): void {
    if (this.#describing.has(manager) || !this.link.isOpen) return;
    this.#describing.add(manager);
    void this.#describeAll().then(() => {
      if (this.model.manager(manager) !== undefined) this.#describing.delete(manager);
    });
  }

  #logText(direction: Direction, text: string): void {
    // What we send was printed from a frame a moment ago.
    const frame = direction === 'sent' ? (JSON.parse(text) as ClientFrame) : readStationFrame(text);
    if (frame === undefined) return;
    this.#entries += 1;
    this.log.add(new LogEntry(this.#entries, this.#clock.now(), direction, frame));
  }
}

const nothingToStop: Answer = {
  type: 'failure',
  problem: { code: 'DISCONNECTED', message: 'no manager is known yet: nothing was sent' },
  tookMs: 0,
};
