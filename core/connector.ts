import type { Bus } from './bus.js';
import type { Clock } from './clock.js';
import type { JsonObject, JsonSchema } from './json-value.js';
import type { Logger } from './log.js';
import type { HardwareManager, ManagerContext } from './manager.js';
import type { Random } from './random.js';
import type { SchemaCompiler } from './validate.js';

/** How a station introduces itself to clients. */
export type StationIdentity = { readonly name: string; readonly version: string };

/** What connectors and services get from the station. */
export type PartContext = {
  /** The part's name in the config: unique among the parts of its sort. */
  readonly name: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly compile: SchemaCompiler;
  /** Absent: in tests of a part alone. */
  readonly station?: StationIdentity;
};

/** An open port, as the `ready` line names it: `online=tcp://127.0.0.1:5555`. */
export type Listener = { readonly name: string; readonly url: string };

/** One connection, as the console and the metrics show it. */
export type PeerReport = {
  readonly connector: string;
  readonly peer: string;
  readonly dialect: string;
  readonly sinceMs: number;
  /** Frames. */
  readonly received: number;
  readonly sent: number;
  /** Readings that were replaced by newer ones while the peer was behind. */
  readonly conflated: number;
  readonly waitingBytes: number;
  readonly isBehind: boolean;
};

/** Transport, codec and dialect on one or more ports. */
export type Connector = {
  /** Opens the ports; rejects with a `HardwareError` that names address and reason when one cannot be had, leaving none open. */
  readonly start: () => Promise<readonly Listener[]>;
  /** Tells the peers, closes them and the ports within 1 s. Idempotent. */
  readonly stop: () => Promise<void>;
  readonly peers: () => readonly PeerReport[];
};

/** Watches the bus and owns no client wire. */
export type Service = {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** One row of a registry: how to check the options of a kind, and how to build it from checked options. */
export type Kind<Context, Part> = {
  /** JSON Schema of `options`; the config's schema is composed from these. */
  readonly optionsSchema: JsonSchema;
  readonly create: (options: JsonObject, context: Context) => Part;
};

export type ManagerKind = Kind<ManagerContext, HardwareManager>;
export type ConnectorKind = Kind<PartContext, Connector>;
export type ServiceKind = Kind<PartContext, Service>;

/** Kind to module: a station loads what it uses. */
export type Registry<Entry> = { readonly [kind: string]: () => Promise<Entry> };
