import { BehaviorSubject, type Observable } from 'rxjs';
import { backoff, reconnectBackoff } from '../backoff.js';
import type { Cancel, Clock } from '../clock.js';
import { toProblem } from '../errors.js';
import type { Random } from '../random.js';
import type { ClientSocket, OpenSocket } from './client-socket.js';
import { printFrame } from './print-frame.js';
import {
  PING_INTERVAL_MS,
  SILENCE_LIMIT_MS,
  type ClientFrame,
  type HelloFrame,
  type StationFrame,
  type WelcomeFrame,
} from './protocol.js';
import { readStationFrame } from './station-frame.js';

/** `connecting`: the first attempt; `lost`: was open, or the first attempt failed; it is tried again by itself. */
export type LinkState = {
  readonly state: 'connecting' | 'open' | 'lost' | 'stopped';
  /** Wall time of the change, epoch ms. */
  readonly sinceMs: number;
  /** Why it was lost. */
  readonly reason?: string;
};

export type StationLinkOptions = {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly hello: HelloFrame;
  /** The station has greeted us: the link is open. */
  readonly onWelcome: (welcome: WelcomeFrame) => void;
  readonly onFrame: (frame: StationFrame) => void;
};

/** Time from the first packet to the station's welcome. */
const CONNECT_LIMIT_MS = 10_000;
/** A link that held this long was a good one: the next pause is short again. */
const STABLE_MS = 5000;

/** Keeps one connection to a station open: connect, say hello, ping, notice silence, back off, connect again, for ever. */
export class StationLink {
  readonly #options: StationLinkOptions;
  readonly #backoff: ReturnType<typeof backoff>;
  readonly #states: BehaviorSubject<LinkState>;
  #socket: ClientSocket | undefined;
  #timers: Cancel[] = [];
  #heardAt = 0;
  #openedAt = 0;

  constructor(options: StationLinkOptions) {
    this.#options = options;
    this.#backoff = backoff(reconnectBackoff, options.random);
    this.#states = new BehaviorSubject<LinkState>({ state: 'stopped', sinceMs: options.clock.now() });
  }

  /** Hot; replays the newest; never completes, for a stopped link can be started again. */
  get states(): Observable<LinkState> {
    return this.#states.asObservable();
  }

  get state(): LinkState {
    return this.#states.value;
  }

  start(): void {
    if (this.state.state !== 'stopped') return;
    this.#enter('connecting');
    this.#connect();
  }

  stop(): void {
    if (this.state.state === 'stopped') return;
    this.#release();
    this.#enter('stopped');
  }

  send(frame: ClientFrame): void {
    this.#socket?.send(printFrame(frame));
  }

  #connect(): void {
    const { clock, openSocket, hello } = this.#options;
    this.#heardAt = clock.monotonic();
    this.#timers = [
      clock.after(CONNECT_LIMIT_MS, () => {
        this.#lose(`no welcome within ${CONNECT_LIMIT_MS} ms`);
      }),
    ];
    try {
      this.#socket = openSocket({
        onOpen: () => {
          this.send(hello);
        },
        onText: (text) => {
          this.#receive(text);
        },
        onClosed: (reason) => {
          this.#lose(reason);
        },
      });
    } catch (thrown) {
      this.#lose(toProblem(thrown).message);
    }
  }

  #receive(text: string): void {
    this.#heardAt = this.#options.clock.monotonic();
    const frame = readStationFrame(text);
    if (frame === undefined) return;
    if (this.state.state === 'open') this.#options.onFrame(frame);
    else if (frame.type === 'welcome') this.#open(frame);
    else if (frame.type === 'error') this.#lose(frame.problem.message);
  }

  #open(welcome: WelcomeFrame): void {
    for (const cancel of this.#timers) cancel();
    this.#openedAt = this.#heardAt;
    this.#timers = [];
    this.#pingLater();
    this.#watchSilence(SILENCE_LIMIT_MS);
    this.#enter('open');
    this.#options.onWelcome(welcome);
  }

  #pingLater(): void {
    const cancel = this.#options.clock.after(PING_INTERVAL_MS, () => {
      this.send({ type: 'ping' });
      this.#pingLater();
    });
    this.#timers[0] = cancel;
  }

  #watchSilence(ms: number): void {
    const { clock } = this.#options;
    const cancel = clock.after(ms, () => {
      const leftMs = this.#heardAt + SILENCE_LIMIT_MS - clock.monotonic();
      if (leftMs > 0) this.#watchSilence(leftMs);
      else this.#lose(`silent for ${SILENCE_LIMIT_MS / 1000} s`);
    });
    this.#timers[1] = cancel;
  }

  #lose(reason: string): void {
    const { clock } = this.#options;
    if (this.state.state === 'open' && clock.monotonic() - this.#openedAt >= STABLE_MS) this.#backoff.reset();
    this.#release();
    this.#timers = [
      clock.after(this.#backoff.next(), () => {
        this.#connect();
      }),
    ];
    if (this.state.state !== 'lost') this.#enter('lost', reason);
  }

  #release(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#socket?.close();
    this.#socket = undefined;
  }

  #enter(state: LinkState['state'], reason?: string): void {
    const sinceMs = this.#options.clock.now();
    this.#states.next(reason === undefined ? { state, sinceMs } : { state, sinceMs, reason });
  }
}
