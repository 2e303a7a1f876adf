import type { JsonObject } from '../../core/json-value.js';
import type { Load } from '../../core/physics/terminal-voltage.js';
import type { Follows, MeterKnobs } from '../instrument/meter-physics.js';

export type InstrumentOptions = MeterKnobs & {
  readonly driver: string;
  readonly model?: string;
  readonly serial?: string;
  /** By output: ohms, or ohms and farads. */
  readonly loads?: { readonly [output: string]: number | Partial<Load> };
  readonly follows?: Follows;
  /** In the words of `parseFault`. */
  readonly faults?: readonly string[];
};

type Place = { readonly host?: string; readonly port?: number };

export type ServerOptions = Place &
  (
    | { readonly protocol: 'socket'; readonly instrument: string }
    | {
        readonly protocol: 'vxi11';
        readonly devices: { readonly [device: string]: string };
        readonly portmapper?: number | boolean;
      }
    | { readonly protocol: 'hislip'; readonly devices: { readonly [subAddress: string]: string } }
    | { readonly protocol: 'prologix'; readonly addresses: { readonly [primary: string]: string } }
  );

/** The options of the kind `simulated-bench`, as the config has them. */
export type BenchOptions = {
  readonly instruments: { readonly [name: string]: InstrumentOptions };
  readonly servers: readonly ServerOptions[];
  readonly seed: number | null;
};

const defaults = { servers: [], seed: null } as const;

/** Options that have passed the schema, with their defaults. */
export const benchOptions = (checked: JsonObject): BenchOptions => ({
  ...defaults,
  ...(checked as Pick<BenchOptions, 'instruments'> & Partial<BenchOptions>),
});
