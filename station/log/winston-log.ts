import { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from '../../core/clock.js';
import type { LogFields, Logger } from '../../core/log.js';
import type { LogLevel } from '../config/station-config.js';
import { logLevels, type LogEntry } from './log-entry.js';

/** Takes an entry and returns at once. */
export type LogTarget = (entry: LogEntry) => void;

export type WinstonLogOptions = {
  readonly clock: Pick<Clock, 'now'>;
  readonly level: LogLevel;
  readonly targets: readonly LogTarget[];
};

/** The log of a station: one winston logger; children carry their context. */
export type StationLog = Logger & { readonly setLevel: (level: LogLevel) => void };

/** Entries go to each target as data; how a line is printed is the target's business. */
export const createWinstonLog = ({ clock, level, targets }: WinstonLogOptions): StationLog => {
  const logger = winston.createLogger({
    level,
    levels: Object.fromEntries(logLevels.map((name, index) => [name, index])),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston's types call it an interface
    transports: targets.map((target) => new winston.transports.Stream({ stream: entryStream(target) })),
  });
  // Asked for every message on a wire; winston looks the level up in its transports each time.
  let isDebugging = logger.isLevelEnabled('debug');
  const write = (entryLevel: LogLevel, message: string, fields: LogFields): void => {
    const entry: LogEntry = { timeMs: clock.now(), level: entryLevel, message, fields };
    logger.log({ level: entryLevel, message, entry });
  };
  const withContext = (context: LogFields): Logger => ({
    error: (message, fields) => {
      write('error', message, { ...context, ...fields });
    },
    warn: (message, fields) => {
      write('warn', message, { ...context, ...fields });
    },
    info: (message, fields) => {
      write('info', message, { ...context, ...fields });
    },
    debug: (message, fields) => {
      if (isDebugging) write('debug', message, { ...context, ...fields });
    },
    isDebug: () => isDebugging,
    child: (more) => withContext({ ...context, ...more }),
  });
  return {
    ...withContext({}),
    setLevel: (changed) => {
      logger.level = changed;
      isDebugging = logger.isLevelEnabled('debug');
    },
  };
};

const entryStream = (target: LogTarget): Writable =>
  new Writable({
    objectMode: true,
    write: ({ entry }: { readonly entry: LogEntry }, _encoding, done) => {
      target(entry);
      done();
    },
  });
