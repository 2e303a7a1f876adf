import type { Json } from '../../core/json-value.js';
import type { Load } from '../../core/physics/terminal-voltage.js';
import type { Place } from './memory.js';

/** The part of an instrument that moves by itself, in our units and words. */
export type Physics = {
  /** Undefined: what was told last counts. */
  readonly read: (parameter: string, place: Place) => Json | undefined;
  readonly told: (parameter: string, place: Place, value: Json) => void;
  /** Switched on, or `*RST`: everything as programmed then, after `told` of each value. */
  readonly reset: () => void;
  /** Milliseconds until the answer to a reading is there. */
  readonly measuringMs: (parameter: string) => number;
  /** What hangs on the outputs; absent: it has none. */
  readonly loads?: {
    /** One that is undefined: the only one of a supply without channels. */
    readonly outputs: readonly Place[];
    readonly get: (output: Place) => Load | undefined;
    readonly set: (output: Place, load: Partial<Load>) => void;
  };
  /** What is at the terminals; absent: it measures nothing, or follows another instrument. */
  readonly setInput?: (value: number) => void;
};
