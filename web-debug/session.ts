import { STATION } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import { problem, type Problem } from '../core/errors.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json-value.js';
import type { ChannelId, Output } from '../core/message.js';
import { NativeClient, type ClientCommand, type Losses } from '../core/native/client.js';
import type { OpenSocket } from '../core/native/client-socket.js';
import type { ClientFrame } from '../core/native/protocol.js';
import { readStationFrame } from '../core/native/station-frame.js';
import type { Random } from '../core/random.js';
import { historyPoints } from './model/history.js';
import { LogEntry, type Direction } from './model/log-entry.js';
import { MessageLog } from './model/message-log.js';
import { valueText } from './model/number-text.js';
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
  /** Who speaks without being described; asked about once per connection. */
  readonly #unknown = new Set<string>();
  #isDescribing = false;
  /** What is being described has changed again meanwhile. */
  #isOutdated = false;
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

  /** Sends a command and waits for what became of it; never rejects. While the page is cut off nothing is sent, now or later. */
  async send(target: Target, values: JsonObject): Promise<Answer> {
    const { isOpen, reason = 'not connected yet' } = this.link;
    if (!isOpen) return notSent(`not sent, there is no connection to the station: ${reason}`);
    const started = this.#clock.monotonic();
    const command: ClientCommand = { ...target, arguments: values, validUntilMs: this.stationNow() + COMMAND_VALID_MS };
    const answer = await this.#client.command(command);
    this.#onChange();
    return { ...answer, tookMs: this.#clock.monotonic() - started };
  }

  /** Everything to its safe state: by the station where it can, else manager by manager. */
  async stopAll(): Promise<Answer> {
    const { commands = {} } = this.model.manager(STATION) ?? {};
    if ('stopAll' in commands) return unlessSafe(await this.send({ manager: STATION, command: 'stopAll' }, {}));
    const managers = this.model.managers.filter((description) => 'makeSafe' in description.commands);
    const answers = await Promise.all(
      managers.map(({ name }) => this.send({ manager: name, command: 'makeSafe' }, {})),
    );
    return (
      answers.find(({ type }) => type === 'failure') ??
      answers[0] ??
      notSent('no manager is known yet: nothing was sent')
    );
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
    this.#unknown.clear();
    this.#skew.reset();
    this.model.forgetRunning();
    // A turn later: at this moment the client repeats all that is pending, and would send a new question twice.
    void Promise.resolve().then(() => this.#describeAll());
  }

  /** Everything at once: an event may mean that a manager has come or gone. One question at a time. */
  async #describeAll(): Promise<void> {
    this.#isOutdated = true;
    if (this.#isDescribing) return;
    this.#isDescribing = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const answer = await this.#client.describe();
      if (answer.type === 'reply') this.model.describe(answer.value);
    }
    this.#isDescribing = false;
    this.#onChange();
  }

  #hear(output: Output): void {
    const nowMs = this.#clock.now();
    this.#skew.learn(output.timeMs, nowMs);
    this.model.hear(output);
    if (this.#hasChanged(output)) void this.#describeAll();
    this.#onChange();
  }

  /** The station describes itself differently from here on. */
  #hasChanged(output: Output): boolean {
    const { manager } = output;
    const known = this.model.manager(manager);
    if (known === undefined && !this.#unknown.has(manager)) {
      this.#unknown.add(manager);
      return true;
    }
    if (output.type === 'reply') return manager === STATION && output.command.command === 'reload';
    if (output.type !== 'event') return false;
    const version = announcedVersion(output);
    return version === undefined ? output.event === 'restarted' : version !== known?.version;
  }

  #logText(direction: Direction, text: string): void {
    // What we send was printed from a frame a moment ago.
    const frame = direction === 'sent' ? (JSON.parse(text) as ClientFrame) : readStationFrame(text);
    if (frame === undefined) return;
    this.#entries += 1;
    this.log.add(new LogEntry(this.#entries, this.#clock.now(), direction, frame));
  }
}

/** The station replies also when a manager could not be made safe: then nobody may read "safe". */
const unlessSafe = (answer: Answer): Answer => {
  if (answer.type === 'failure' || !isJsonObject(answer.value) || answer.value['isSafe'] !== false) return answer;
  const { managers } = answer.value;
  const left = Object.entries(isJsonObject(managers) ? managers : {}).filter(([, end]) => end !== 'safe');
  const message = left.map(([name, end]) => `${name}: ${valueText(end)}`).join('; ');
  return { type: 'failure', problem: problem('DEVICE_FAULT', message), tookMs: answer.tookMs };
};

const notSent = (message: string): Answer => ({
  type: 'failure',
  problem: problem('DISCONNECTED', message),
  tookMs: 0,
});
