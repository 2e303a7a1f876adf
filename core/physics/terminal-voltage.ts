/** What hangs on an output. */
export type Load = {
  /** Infinity: nothing; 0: a short. */
  readonly ohms: number;
  readonly farads: number;
};

export const openLoad: Load = { ohms: Infinity, farads: 0 };

/** What the output is told to hold. The sign of an output that is negative belongs to `volts` alone. */
export type Regulation = {
  readonly volts: number;
  readonly amperes: number;
  /** What the supply can give at all; more cannot be regulated. */
  readonly watts: number;
};

export type Regulator = 'cv' | 'cc' | 'unregulated';

/** Where the terminals come to rest, and what holds them there. */
export type Rest = { readonly volts: number; readonly regulator: Regulator };

/** Within 50 to 80 ms an output of this class is at 1 % of a step (E36300 data sheet). */
const RISE_MS = 65;
/** Without load it falls to 1 % in about half a second: its own capacitor empties through its own bleeder. */
const FALL_MS = 500;
const TO_ONE_PERCENT = Math.log(100);
const RISE_TAU_MS = RISE_MS / TO_ONE_PERCENT;
const OWN_FARADS = 470e-6;
const BLEEDER_OHMS = FALL_MS / TO_ONE_PERCENT / 1_000 / OWN_FARADS;

/** What is nearer than this is there. */
const NEAR_V = 1e-6;

export const restOf = ({ volts, amperes, watts }: Regulation, { ohms }: Load): Rest => {
  const candidates: readonly Rest[] = [
    { volts: Math.abs(volts), regulator: 'cv' },
    { volts: ohms === Infinity ? Infinity : amperes * ohms, regulator: 'cc' },
    { volts: ohms === Infinity ? Infinity : Math.sqrt(watts * ohms), regulator: 'unregulated' },
  ];
  const [first, ...others] = candidates;
  const lowest = others.reduce(
    (low, rest) => (rest.volts < low.volts ? rest : low),
    first ?? { volts: 0, regulator: 'cv' },
  );
  return { ...lowest, volts: lowest.volts * Math.sign(volts) };
};

/** The voltage of an output that is on, `ms` later: it rises as the regulator lets it, or as fast as the limited current
 *  charges what hangs on it; it falls as load and bleeder empty the capacitors, for a supply cannot take current in. */
export const driven = (from: number, regulation: Regulation, load: Load, ms: number): number => {
  const rest = restOf(regulation, load).volts;
  if (from * rest < 0) return released(from, load, ms);
  const [size, goal] = [Math.abs(from), Math.abs(rest)];
  const sign = Math.sign(rest === 0 ? from : rest);
  if (size > goal) return sign * atLeast(goal, Math.abs(released(from, load, ms)));
  const regulated = goal - (goal - size) * Math.exp(-ms / RISE_TAU_MS);
  const risen = Math.min(regulated, charged(size, regulation.amperes, load, ms));
  return sign * (goal - risen < NEAR_V ? goal : risen);
};

/** The voltage of an output that is off, `ms` later. */
export const released = (from: number, { ohms, farads }: Load, ms: number): number => {
  const tauMs = 1_000 * parallel(ohms, BLEEDER_OHMS) * (OWN_FARADS + farads);
  const left = tauMs === 0 ? 0 : from * Math.exp(-ms / tauMs);
  return Math.abs(left) < NEAR_V ? 0 : left;
};

/** Whether the rise from here asks for more current than there is. */
export const isCharging = (from: number, { volts, amperes }: Regulation, { ohms, farads }: Load): boolean => {
  const [size, goal] = [Math.abs(from), Math.abs(volts)];
  if (farads === 0 || size >= goal || ohms === 0) return false;
  return ((goal - size) / RISE_TAU_MS) * 1_000 * farads + size / ohms > amperes;
};

/** How far `amperes` get the capacitor behind the load in `ms`. */
const charged = (from: number, amperes: number, { ohms, farads }: Load, ms: number): number => {
  if (farads === 0) return Infinity;
  if (ohms === Infinity) return from + (amperes * ms) / 1_000 / farads;
  if (ohms === 0) return 0;
  const end = amperes * ohms;
  return end - (end - from) * Math.exp(-ms / (1_000 * ohms * farads));
};

const atLeast = (floor: number, value: number): number => (value - floor < NEAR_V ? floor : value);

const parallel = (one: number, other: number): number => {
  if (one === Infinity) return other;
  return one === 0 ? 0 : (one * other) / (one + other);
};
