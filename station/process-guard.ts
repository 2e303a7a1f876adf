/** The part of `process` that a station listens to; a test plays it. */
export type ProcessEvents = {
  readonly on: (event: string, listener: (argument: unknown) => void) => unknown;
  readonly off: (event: string, listener: (argument: unknown) => void) => unknown;
};

export type ProcessGuardOptions = {
  readonly events: ProcessEvents;
  readonly monotonic: () => number;
  /** The first SIGINT or SIGTERM. */
  readonly onStop: (signal: string) => void;
  /** A later one: the person at the keyboard has lost patience. */
  readonly onForce: (signal: string) => void;
  readonly onReload: () => void;
  /** Nothing is certain any more: make safe, end. Called once; a second one ends the process at once. */
  readonly onCrash: (error: unknown) => void;
  readonly onSecondCrash: () => void;
  readonly onRejection: (reason: unknown) => void;
};

/** A terminal sends Ctrl-C to npm and to us, and npm passes it on: one wish, two signals. */
const SAME_WISH_MS = 500;

/** Listens to signals and to what nobody caught. Returns how to stop listening. */
export const guardProcess = (options: ProcessGuardOptions): (() => void) => {
  const { events, monotonic } = options;
  let firstStopMs: number | undefined;
  let hasCrashed = false;

  const stop = (signal: string) => (): void => {
    if (firstStopMs === undefined) {
      firstStopMs = monotonic();
      options.onStop(signal);
    } else if (monotonic() - firstStopMs >= SAME_WISH_MS) options.onForce(signal);
  };
  const crash = (error: unknown): void => {
    if (hasCrashed) {
      options.onSecondCrash();
      return;
    }
    hasCrashed = true;
    options.onCrash(error);
  };
  const listeners: Readonly<Record<string, (argument: unknown) => void>> = {
    SIGINT: stop('SIGINT'),
    SIGTERM: stop('SIGTERM'),
    SIGHUP: () => {
      options.onReload();
    },
    uncaughtException: crash,
    unhandledRejection: options.onRejection,
  };
  for (const [event, listener] of Object.entries(listeners)) events.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) events.off(event, listener);
  };
};
