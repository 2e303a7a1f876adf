import type { Device } from '../../core/device.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { Call } from '../../core/parameter.js';
import type { LogQuery } from '../log/log-ring.js';

/** How the process is doing; sampled once a second. */
export type Health = {
  /** 99th percentile over the last second: how late the event loop came to its work. Unit ms. */
  readonly eventLoopLagMs: number;
  readonly memoryRssBytes: number;
  readonly heapUsedBytes: number;
  readonly uptimeS: number;
  /** Promises that were rejected with nobody listening, since the start. */
  readonly unhandledRejections: number;
};

export type HistoryRequest = { readonly topic: string; readonly sinceMs?: number; readonly maxPoints?: number };

/** The station as an instrument: what its manager reads and does. */
export type StationDriver = Device & {
  readonly health: () => Health;
  readonly connections: () => JsonObject;
  readonly managers: () => Json;
  /** Roads to instruments, as `LinkReport`. */
  readonly links: () => Json;
  readonly info: () => JsonObject;
  /** Errors: BAD_ARGUMENT for a topic that was never read. */
  readonly history: (request: HistoryRequest) => JsonObject;
  readonly log: (query: Partial<LogQuery>) => JsonObject;
  /** Errors: BAD_ARGUMENT with one line for each thing wrong with the config; the old one keeps running. */
  readonly reload: (call: Call) => Promise<JsonObject>;
  readonly makeAllSafe: (call: Call) => Promise<JsonObject>;
};
