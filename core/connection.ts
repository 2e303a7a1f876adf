import type { Subscription } from 'rxjs';
import type { backoff } from './backoff.js';
import type { Cancel, Clock } from './clock.js';
import type { ManagerState } from './description.js';
import type { Device } from './device.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Logger } from './log.js';
import { within } from './within.js';

/** An instrument gets this long to connect and initialise; the slowest we know (Agilent 34401A, spec 4.1) takes 7 s. */
const OPEN_TIMEOUT_MS = 30_000;
/** A driver that has not closed by then is left behind: neither a stop nor the next attempt waits for it. */
const CLOSE_GRACE_MS = 400;
/** Online for so long: the outage is over. A link that comes and goes faster stays in its growing pauses and logs nothing. */
const STABLE_MS = 3_000;

export type ConnectionOptions<Driver> = {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backoff: ReturnType<typeof backoff>;
  readonly createDriver: () => Driver;
  /** Called once the driver is open. When it throws, the connection counts as failed. */
  readonly onOnline: (driver: Driver) => void;
  /** Called on the edge only: once each time it was online, and once when the first connect fails. */
  readonly onOffline: (reason: Problem) => void;
};

/** Keeps one driver open: connect, run, lost, back-off with jitter, connect again, for ever. Logs two lines an outage. */
export class Connection<Driver extends Device> {
  readonly #options: ConnectionOptions<Driver>;
  #state: ManagerState = 'stopped';
  #driver: Driver | undefined;
  /** One attempt, from connecting to letting go; aborted then, so that whatever an older one still does is ignored. */
  #attempt = new AbortController();
  #lost: Subscription | undefined;
  /** Resolves when the last driver has let go of the link; never rejects. */
  #closed: Promise<void> = Promise.resolve();
  #cancelTimer: Cancel = () => undefined;
  #outageSince: number | undefined;

  constructor(options: ConnectionOptions<Driver>) {
    this.#options = options;
  }

  get state(): ManagerState {
    return this.#state;
  }

  /** The open driver; undefined while the instrument is away. */
  get driver(): Driver | undefined {
    return this.#state === 'online' ? this.#driver : undefined;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'starting';
    this.#connect();
  }

  /** Resolves when the driver has closed, or after `CLOSE_GRACE_MS`. */
  async stop(): Promise<void> {
    if (this.#state !== 'stopped') {
      this.#state = 'stopped';
      this.#outageSince = undefined;
      this.#release();
    }
    await this.#closed;
  }

  /** A driver call has shown that the instrument is gone, or that it no longer answers. */
  lose(reason: Problem): void {
    if (this.#state === 'online') this.#fail(reason);
  }

  #connect(): void {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#open(attempt.signal)
      .then((driver) => {
        if (!attempt.signal.aborted) this.#goOnline(driver, attempt.signal);
      })
      .catch((thrown: unknown) => {
        if (!attempt.signal.aborted) this.#fail(toProblem(thrown));
      });
  }

  async #open(signal: AbortSignal): Promise<Driver> {
    const { clock, createDriver } = this.#options;
    await this.#closed;
    signal.throwIfAborted();
    const driver = createDriver();
    this.#driver = driver;
    const opening = driver.open({ signal, deadline: clock.monotonic() + OPEN_TIMEOUT_MS });
    const late = (): Error => new HardwareError('TIMEOUT', `no answer within ${OPEN_TIMEOUT_MS} ms of connecting`);
    try {
      await within(clock, opening, { ms: OPEN_TIMEOUT_MS, late, signal });
    } catch (thrown) {
      // It may still open, or, when it was closed under its hands, fail with a link that it got since.
      const close = (): Promise<void> => this.#close(driver);
      opening.then(close, signal.aborted ? close : () => undefined);
      throw thrown;
    }
    return driver;
  }

  #goOnline(driver: Driver, attempt: AbortSignal): void {
    const { clock, onOnline } = this.#options;
    this.#state = 'online';
    const lost = driver.lost?.subscribe({
      next: (reason) => {
        this.lose(reason);
      },
      error: (thrown: unknown) => {
        this.lose(toProblem(thrown));
      },
    });
    this.#lost = lost;
    if (!attempt.aborted) {
      const onlineSince = clock.monotonic();
      this.#cancelTimer = clock.after(STABLE_MS, () => {
        this.#endOutage(onlineSince);
      });
      onOnline(driver);
    }
    // `lost` may have spoken while it was being subscribed to.
    if (attempt.aborted) lost?.unsubscribe();
  }

  #endOutage(onlineSince: number): void {
    const { log, name } = this.#options;
    this.#options.backoff.reset();
    if (this.#outageSince === undefined) return;
    log.info('instrument is back', { manager: name, awayMs: Math.round(onlineSince - this.#outageSince) });
    this.#outageSince = undefined;
  }

  #fail(reason: Problem): void {
    const { log, clock, name, onOffline } = this.#options;
    const isEdge = this.#state !== 'offline';
    const attempt = this.#attempt;
    this.#state = 'offline';
    this.#release();
    if (this.#outageSince === undefined) {
      this.#outageSince = clock.monotonic();
      log.warn('instrument is away', { manager: name, code: reason.code, reason: reason.message });
    }
    this.#retryAfter(attempt);
    if (isEdge) onOffline(reason);
  }

  #retryAfter(attempt: AbortController): void {
    this.#cancelTimer = this.#options.clock.after(this.#options.backoff.next(), () => {
      if (this.#attempt === attempt) this.#connect();
    });
  }

  #release(): void {
    const driver = this.#driver;
    this.#driver = undefined;
    this.#cancelTimer();
    this.#lost?.unsubscribe();
    this.#lost = undefined;
    this.#attempt.abort(new HardwareError('DISCONNECTED', 'the link was closed'));
    if (driver === undefined) return;
    const closing = this.#close(driver);
    this.#closed = this.#closed.then(() => closing);
  }

  /** Never rejects. */
  async #close(driver: Driver): Promise<void> {
    const { clock, log, name } = this.#options;
    const late = (): Error => new HardwareError('TIMEOUT', `not closed within ${CLOSE_GRACE_MS} ms`);
    try {
      await within(clock, driver.close(), { ms: CLOSE_GRACE_MS, late });
    } catch (thrown) {
      log.error('driver did not close', { manager: name, reason: toProblem(thrown).message });
    }
  }
}

/** The problem of a command for an instrument that is not there. */
export const disconnected = (name: string, state: ManagerState): Problem => {
  if (state === 'stopped') return problem('DISCONNECTED', `${name} is stopped`);
  const what = state === 'starting' ? 'still connecting' : state;
  return problem('DISCONNECTED', `${name} is ${what}; it is tried again by itself, send the command when it is back`);
};
