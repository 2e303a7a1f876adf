import type { Subscription } from 'rxjs';
import type { backoff } from './backoff.js';
import type { Cancel, Clock } from './clock.js';
import type { ManagerState } from './description.js';
import type { Device } from './device.js';
import { HardwareError, problem, toProblem, type Problem } from './errors.js';
import type { Logger } from './log.js';

/** An instrument gets this long to connect and initialise; the slowest we know (Agilent 34401A, spec 4.1) takes 7 s. */
const OPEN_TIMEOUT_MS = 30_000;

export type ConnectionOptions<Driver> = {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backoff: ReturnType<typeof backoff>;
  readonly createDriver: () => Driver;
  /** Called once the driver is open. When it throws, the connection counts as failed. */
  readonly onOnline: (driver: Driver) => void;
  /** Called on the edge only: once for each outage, also when the first connect fails. */
  readonly onOffline: (reason: Problem) => void;
};

/** Keeps one driver open: connect, run, lost, back-off with jitter, connect again, for ever. Logs two lines an outage. */
export class Connection<Driver extends Device> {
  readonly #options: ConnectionOptions<Driver>;
  #state: ManagerState = 'stopped';
  #driver: Driver | undefined;
  #controller = new AbortController();
  #lost: Subscription | undefined;
  #cancelRetry: Cancel = () => undefined;
  #offlineSince: number | undefined;

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

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    await this.#release();
  }

  /** A driver call has shown that the instrument is gone, or that it no longer answers. */
  lose(reason: Problem): void {
    if (this.#state !== 'online') return;
    this.#fail(reason);
  }

  #connect(): void {
    const { clock, createDriver } = this.#options;
    const controller = new AbortController();
    this.#controller = controller;
    const cancelTimeout = clock.after(OPEN_TIMEOUT_MS, () => {
      controller.abort(new HardwareError('TIMEOUT', `no answer within ${OPEN_TIMEOUT_MS} ms of connecting`));
    });
    const opened = async (): Promise<Driver> => {
      const driver = createDriver();
      this.#driver = driver;
      await untilAborted(
        driver.open({ signal: controller.signal, deadline: clock.monotonic() + OPEN_TIMEOUT_MS }),
        controller.signal,
      );
      return driver;
    };
    opened()
      .then((driver) => {
        if (!controller.signal.aborted) this.#goOnline(driver);
      })
      .catch((thrown: unknown) => {
        if (this.#controller === controller && this.#state !== 'stopped') this.#fail(toProblem(thrown));
      })
      .finally(cancelTimeout);
  }

  #goOnline(driver: Driver): void {
    const { log, clock, name } = this.#options;
    this.#state = 'online';
    this.#lost = driver.lost?.subscribe((reason) => {
      this.lose(reason);
    });
    this.#options.backoff.reset();
    this.#options.onOnline(driver);
    if (this.#offlineSince === undefined) return;
    log.info('instrument is back', { manager: name, awayMs: Math.round(clock.monotonic() - this.#offlineSince) });
    this.#offlineSince = undefined;
  }

  #fail(reason: Problem): void {
    const { log, clock, name } = this.#options;
    const isEdge = this.#state !== 'offline';
    this.#state = 'offline';
    if (isEdge) {
      this.#offlineSince ??= clock.monotonic();
      log.warn('instrument is away', { manager: name, code: reason.code, reason: reason.message });
      this.#options.onOffline(reason);
    }
    this.#release()
      .catch((thrown: unknown) => {
        log.error('driver did not close', { manager: name, reason: toProblem(thrown).message });
      })
      .finally(() => {
        if (this.#state === 'offline')
          this.#cancelRetry = clock.after(this.#options.backoff.next(), () => {
            this.#connect();
          });
      });
  }

  async #release(): Promise<void> {
    this.#cancelRetry();
    this.#lost?.unsubscribe();
    this.#lost = undefined;
    const driver = this.#driver;
    this.#driver = undefined;
    this.#controller.abort(problemError);
    await driver?.close();
  }
}

const problemError = new HardwareError('DISCONNECTED', 'the link was closed');

/** A driver that ignores its signal must not hold the machine: whoever settles first counts. */
const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason instanceof Error ? signal.reason : problemError);
      },
      { once: true },
    );
    work.then(resolve, reject);
  });

/** The problem of a command for an instrument that is not there. */
export const disconnected = (name: string, state: ManagerState): Problem =>
  problem(
    'DISCONNECTED',
    `${name} is ${state === 'starting' ? 'still connecting' : state}; it is tried again by itself, send the command when it is back`,
  );
