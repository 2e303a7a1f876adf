import type { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { rampStep } from '../../core/ramp.js';
import type { Random } from '../../core/random.js';
import type { Memory } from './memory.js';
import type { Physics } from './physics.js';

/** What a meter sees of another instrument: `(value x scale + offset)`, moving at most so fast, divided by `divider`. */
export type Follows = {
  readonly instrument: string;
  readonly parameter: string;
  readonly channel?: number | string;
  readonly scale?: number;
  readonly offset?: number;
  /** Of the value before it is divided, per second. Absent: at once. */
  readonly rampPerS?: number;
  readonly divider?: number;
};

export type MeterKnobs = {
  /** At its terminals, where it follows nobody. */
  readonly input?: number;
  /** Half the width of the noise of a reading. */
  readonly noise?: number;
  /** From the query of a reading to its answer. Default: two integrations, one of them of the zero. */
  readonly measuringMs?: number;
};

type MeterPhysicsOptions = {
  readonly memory: Memory;
  readonly clock: Clock;
  readonly random: Random;
  readonly knobs: MeterKnobs;
  readonly follows?: Follows;
  readonly source?: Source;
};

/** The followed parameter. */
export type Source = {
  /** Undefined: that instrument is switched off. */
  readonly value: () => number | undefined;
  /** Hot; it is going to be told something: until now its value was as it is. */
  readonly beforeChanges: Observable<void>;
};

const DEFAULT_NOISE = 1e-6;
/** Where this was written the power lines have 50 Hz; at 60 Hz a reading takes less. */
const LINE_HZ = 50;
/** With auto-zero a meter measures its own zero after each reading. */
const INTEGRATIONS = 2;
/** What a meter says instead of a reading beyond 120 % of its range. */
const OVERLOAD = 9.9e37;
const OVERRANGE = 1.2;

/** A meter whose reading is what stands at its terminals, with noise. */
export const meterPhysics = (options: MeterPhysicsOptions): Physics => {
  const { memory, random, knobs } = options;
  const { noise = DEFAULT_NOISE } = knobs;
  let input = knobs.input ?? 0;
  const terminals = followed(options, () => input);
  const reading = (): number => {
    const value = terminals() + (2 * random() - 1) * noise;
    const range = memory.get('range', undefined);
    return typeof range === 'number' && range > 0 && Math.abs(value) > range * OVERRANGE
      ? Math.sign(value) * OVERLOAD
      : value;
  };
  const measuringMs = (): number => {
    if (knobs.measuringMs !== undefined) return knobs.measuringMs;
    const cycles = memory.get('integration', undefined);
    return typeof cycles === 'number' ? (INTEGRATIONS * cycles * 1_000) / LINE_HZ : 0;
  };
  return {
    read: (parameter) => (parameter === 'reading' ? reading() : undefined),
    told: () => undefined,
    reset: () => undefined,
    measuringMs: (parameter) => (parameter === 'reading' ? measuringMs() : 0),
    ...(options.follows === undefined ? { setInput: (value: number) => void (input = value) } : {}),
  };
};

/** The followed value moves when it is looked at, and when its source changes. */
const followed = ({ clock, follows, source }: MeterPhysicsOptions, otherwise: () => number): (() => number) => {
  if (follows === undefined || source === undefined) return otherwise;
  const { scale = 1, offset = 0, rampPerS, divider = 1 } = follows;
  let value = offset;
  let atMs = clock.monotonic();
  const look = (): number => {
    const nowMs = clock.monotonic();
    const target = (source.value() ?? 0) * scale + offset;
    value = rampPerS === undefined ? target : rampStep(value, target, (rampPerS * (nowMs - atMs)) / 1_000);
    atMs = nowMs;
    return value / divider;
  };
  source.beforeChanges.subscribe(look); // it ends with the source
  return look;
};
