import { join, resolve } from 'node:path';
import { Bus } from '../core/bus.js';
import { toProblem } from '../core/errors.js';
import { createCompiler } from '../schemas/compiler.js';
import { readConfig, type ConfigSource } from './config/read-config.js';
import type { StationConfig } from './config/station-config.js';
import { printJsonEntry, printTextEntry } from './log/log-entry.js';
import { LogRing } from './log/log-ring.js';
import { createWinstonLog, type LogTarget, type StationLog } from './log/winston-log.js';
import { createLoopDelay } from './manager/loop-delay.js';
import { packageRoot, packageVersion } from './package-root.js';
import { guardProcess } from './process-guard.js';
import { readyLine } from './ready-line.js';
import type { Registries } from './registries.js';
import { instrumentLock } from './state/instrument-lock.js';
import { openStateFiles, type StateFiles } from './state/state-files.js';
import { Station } from './station.js';
import { systemClock } from './system-clock.js';
import { within } from './within.js';

export type ServeOptions = {
  readonly configPath: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly registries: Registries;
  /** Whose words the config is in. Default `busbar`. */
  readonly format?: ConfigSource['format'];
};

/** Exit codes: those of the command line, and sysexits' EX_SOFTWARE for a crash. */
const exitCodes = { done: 0, failed: 1, badConfig: 1, crashed: 70, forced: 130 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const LOG_LINES_IN_MEMORY = 1_000;
/** A reader of our stderr that has stopped reading may not make us keep more than this for it. */
const MAX_STDERR_BYTES = 2 ** 20;
/** From the signal to the end of the process, the safe action apart: the steps of `orderlyStop`, the files, a margin. */
const STOP_MS = 1_450;
/** For the last lines of log and audit. */
const CLOSE_MS = 100;
/** What keeps a process alive after its station has stopped is a defect; it does not keep us waiting. */
const LINGER_MS = 100;

/** Runs a station until a signal ends it. Resolves when it is up; the end of the process is its own business. */
export const serve = async ({ configPath, env, registries, format = 'busbar' }: ServeOptions): Promise<void> => {
  const source: ConfigSource = { path: configPath, env, registries, format };
  const result = await readConfig(source);
  if (result.type === 'problems') {
    for (const line of result.problems) process.stderr.write(`${line}\n`);
    process.exitCode = exitCodes.badConfig;
    return;
  }
  survivePipes();
  const bus = new Bus({ clock: systemClock });
  const directory = resolve(named(env['BUSBAR_STATE']) ?? 'busbar-state');
  const files = openedOrExplained(() =>
    openStateFiles({ directory, bus, clock: systemClock, settings: result.config.station.log }),
  );
  if (files === undefined) return;
  const logRing = new LogRing(LOG_LINES_IN_MEMORY);
  const log = createLog(result.config, logRing, files);
  const version = packageVersion(packageRoot());
  const station = new Station({
    config: result.config,
    registries,
    bus,
    clock: systemClock,
    random: Math.random,
    links: registries.links({
      clock: systemClock,
      random: Math.random,
      log,
      boards: result.config.station.gpib,
      claim: instrumentLock({ directory: resolve(named(env['BUSBAR_LOCKS']) ?? join(directory, 'instruments')), log }),
    }),
    log,
    logRing,
    compile: createCompiler(),
    loopDelay: createLoopDelay(),
    memory: () => ({ rssBytes: process.memoryUsage.rss(), heapUsedBytes: process.memoryUsage().heapUsed }),
    version,
    facts: {
      config: resolve(configPath),
      state: directory,
      pid: process.pid,
      node: process.version,
      startedMs: Date.now(),
    },
    readConfig: () => readConfig(source),
  });
  await new Run(station, log, files).begin(result.config);
};

/** One station as a process: its start, its signals, its end. */
class Run {
  readonly #station: Station;
  readonly #log: StationLog;
  readonly #files: StateFiles;
  readonly #unguard: () => void;
  #ending: Promise<void> | undefined;

  constructor(station: Station, log: StationLog, files: StateFiles) {
    this.#station = station;
    this.#log = log;
    this.#files = files;
    this.#unguard = guardProcess({
      events: process,
      monotonic: systemClock.monotonic,
      onStop: (signal) => {
        log.info('stopping', { signal });
        void this.#end(exitCodes.done, () => station.stop());
      },
      onForce: () => process.exit(exitCodes.forced),
      onReload: () => void station.reloadFor('SIGHUP'),
      onCrash: (error) => {
        const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error('uncaught exception, the process ends', { stack });
        void this.#end(exitCodes.crashed, () => station.makeSafeIfConfigured());
      },
      onSecondCrash: () => process.exit(exitCodes.crashed),
      onRejection: (reason) => {
        station.countRejection(reason);
      },
    });
  }

  async begin({ station: { name }, connectors }: StationConfig): Promise<void> {
    try {
      const listeners = await this.#station.start();
      process.stdout.write(`${readyLine(listeners, connectors)}\n`);
      this.#log.info('station is ready', { station: name, listeners: listeners.length });
    } catch (thrown) {
      this.#log.error('station could not be started', { reason: toProblem(thrown).message });
      await this.#end(exitCodes.failed, () => this.#station.stop());
    }
  }

  /** Bounded: whatever hangs, the process is gone in time. */
  #end(code: ExitCode, work: () => Promise<void>): Promise<void> {
    this.#ending ??= this.#endOnce(code, work);
    return this.#ending;
  }

  async #endOnce(code: ExitCode, work: () => Promise<void>): Promise<void> {
    const limitMs = STOP_MS + this.#station.safeActionMs;
    setTimeout(() => process.exit(code), limitMs).unref();
    await work().catch((thrown: unknown) => {
      this.#log.error('stop failed', { reason: toProblem(thrown).message });
    });
    this.#log.info('stopped', { code });
    await within(systemClock, CLOSE_MS, this.#files.close());
    process.exitCode = code;
    this.#unguard();
    setTimeout(() => process.exit(code), LINGER_MS).unref();
  }
}

const createLog = ({ station: { log } }: StationConfig, ring: LogRing, files: StateFiles): StationLog => {
  const print = log.format === 'json' ? printJsonEntry : printTextEntry;
  const toStderr: LogTarget = (entry) => {
    if (process.stderr.writableLength < MAX_STDERR_BYTES) process.stderr.write(`${print(entry)}\n`);
  };
  const toRing: LogTarget = (entry) => {
    ring.add(entry);
  };
  return createWinstonLog({ clock: systemClock, level: log.level, targets: [toStderr, toRing, files.logTarget] });
};

/** A variable that is set to nothing counts as not set. */
const named = (variable: string | undefined): string | undefined => (variable === '' ? undefined : variable);

/** A reader that has gone (`busbar serve | head -1`) is no reason to end: the instruments are still there. */
const survivePipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

const openedOrExplained = (open: () => StateFiles): StateFiles | undefined => {
  try {
    return open();
  } catch (thrown) {
    process.stderr.write(`busbar: ${toProblem(thrown).message}\n`);
    process.exitCode = exitCodes.failed;
    return undefined;
  }
};
