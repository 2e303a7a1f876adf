import type { Clock } from '../../core/clock.js';
import type { PeerReport } from '../../core/connector.js';
import { HardwareError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { Links } from '../../core/link.js';
import type { LogFields } from '../../core/log.js';
import type { HardwareManager } from '../../core/manager.js';
import type { RecentHistory } from '../../services/recent/recent-history.js';
import type { LogRing } from '../log/log-ring.js';
import type { HistoryRequest, StationDriver } from './station.driver.js';

/** Bytes the process uses now. */
export type Memory = () => { readonly rssBytes: number; readonly heapUsedBytes: number };

export type StationDriverOptions = {
  readonly clock: Clock;
  readonly memory: Memory;
  readonly history: RecentHistory;
  readonly logRing: LogRing;
  readonly lagMs: () => number;
  readonly unhandledRejections: () => number;
  readonly managers: () => readonly HardwareManager[];
  readonly kindOf: (manager: string) => string;
  readonly peers: () => readonly PeerReport[];
  readonly links: Pick<Links, 'reports'>;
  readonly actions: Pick<StationDriver, 'info' | 'reload' | 'makeAllSafe'>;
};

const MAX_LISTED_PEERS = 200;
const DEFAULT_POINTS = 2_000;
const DEFAULT_ENTRIES = 100;

/** What the station's manager reads, from the parts of a running station. */
export const createStationDriver = (options: StationDriverOptions): StationDriver => {
  const { clock, memory, history, logRing, lagMs, unhandledRejections, managers, kindOf, peers, links } = options;
  const startedMs = clock.monotonic();
  return {
    ...options.actions,
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    health: () => ({
      eventLoopLagMs: lagMs(),
      memoryRssBytes: memory().rssBytes,
      heapUsedBytes: memory().heapUsedBytes,
      uptimeS: Math.round(clock.monotonic() - startedMs) / 1000,
      unhandledRejections: unhandledRejections(),
    }),
    connections: () => {
      const all = peers();
      return { count: all.length, peers: all.slice(0, MAX_LISTED_PEERS) };
    },
    managers: () => managers().map(({ name, state }) => ({ name, kind: kindOf(name), state })),
    links: () => links.reports().map((report) => ({ ...report })),
    history: (request) => historyOf(history, request),
    log: (query) => ({
      lastIndex: logRing.lastIndex,
      entries: logRing
        .query({ level: 'info', limit: DEFAULT_ENTRIES, ...query })
        .map(({ fields, ...entry }) => ({ ...entry, fields: withoutAbsent(fields) })),
    }),
  };
};

const historyOf = (
  history: RecentHistory,
  { topic, sinceMs = 0, maxPoints = DEFAULT_POINTS }: HistoryRequest,
): JsonObject => {
  const points = history.query({ topic, sinceMs, maxPoints });
  if (points !== undefined) return { topic, points };
  throw new HardwareError('BAD_ARGUMENT', `no number was ever read by the name "${topic.slice(0, 128)}"`);
};

const withoutAbsent = (fields: LogFields): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
