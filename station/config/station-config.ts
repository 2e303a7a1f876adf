import type { DriverFile } from '../../core/driver-file/driver-file.js';
import type { JsonObject } from '../../core/json-value.js';
import type { Section } from './frame.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** `stationSchema` as a type. */
export type StationSettings = {
  readonly name: string;
  readonly safeAction: 'none' | 'makeSafe';
  readonly safeActionTimeoutMs: number;
  readonly gpib: { readonly [board: string]: string };
  readonly log: {
    readonly level: LogLevel;
    readonly format: 'text' | 'json';
    readonly fileBytes: number;
    readonly files: number;
  };
  readonly history: {
    readonly points: number;
    readonly bucketMs: number;
    readonly buckets: number;
    readonly parameters: number;
  };
};

/** One manager, connector or service: its kind and its checked options, defaults filled in. */
export type PartConfig = {
  readonly kind: string;
  readonly options: JsonObject;
  /** What stood in the driver files that it names: a part is another one when its driver file is. */
  readonly drivers?: readonly DriverFile[];
};
export type PartConfigs = { readonly [name: string]: PartConfig };

/** A whole config that has passed every check; frozen. */
export type StationConfig = { readonly station: StationSettings } & { readonly [Name in Section]: PartConfigs };
