import { abortReason, sleep, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { CommandCall } from '../../core/parameter.js';
import { rampStep } from '../../core/ramp.js';
import type { Output } from './psu.driver.js';
import { rampable, trips, type Rampable } from './quantities.js';
import type { Supply } from './supply.js';

/** From one step to the next; a slow instrument makes longer ones. */
export const RAMP_STEP_MS = 100;
/** The largest step: what the rate allows in this time, however long the instrument has kept us waiting. */
const LONGEST_STEP_MS = 500;
/** How often the supply is asked on the way whether the output is still on. */
const LOOK_MS = 500;
/** A deadline is this many times what the rate asks for, because a slow instrument makes the ramp slower, and a margin. */
const SLACK = 3;
const MARGIN_MS = 15_000;
/** However slow the rate: a year. */
const LONGEST_RAMP_MS = 365 * 86_400_000;
/** Finer than a bench supply can be set, in V and in A. */
const GRAIN = 1e-4;
const GRAIN_NOISE = 1e-3;

export type SetpointRamp = {
  readonly supply: Supply;
  readonly output: Output;
  readonly quantity: Rampable;
  readonly to: number;
  /** V/s or A/s. */
  readonly ratePerS: number;
};

/** Moves a set-point of an output that is on: every step is read back and published. An abort leaves it where it is. Rejects
 *  with ABORTED when the output has tripped or was switched off on the way. */
export const rampSetpoint = async (
  clock: Clock,
  { supply, output, quantity, to, ratePerS }: SetpointRamp,
  call: CommandCall,
): Promise<void> => {
  let exact = await supply.number(quantity, output, call);
  let told = exact;
  let steppedAt = clock.monotonic() - RAMP_STEP_MS;
  let lookedAt = steppedAt;
  while (told !== to) {
    if (call.signal.aborted) throw abortReason(call.signal);
    const now = clock.monotonic();
    if (now - lookedAt >= LOOK_MS) {
      lookedAt = now;
      await call.refresh('enabled');
    }
    if (isOff(supply, output)) throw await endedEarly({ supply, output, quantity }, told, call);
    exact = rampStep(exact, to, (ratePerS * Math.min(now - steppedAt, LONGEST_STEP_MS)) / 1_000);
    steppedAt = now;
    const next = exact === to ? to : towards(told, exact);
    if (next !== told) {
      await supply.write(quantity, output, next, call);
      told = next;
      await call.refresh(quantity);
    }
    if (told !== to) await sleep(clock, Math.max(0, steppedAt + RAMP_STEP_MS - clock.monotonic()), call.signal);
  }
};

/** How long a ramp over `span` may take. Unit ms. */
export const rampLimitMs = (span: number, ratePerS: number): number =>
  Math.min((SLACK * span * 1_000) / ratePerS + MARGIN_MS, LONGEST_RAMP_MS);

/** The last whole grain on the way from `told`, so that no step is longer than the rate allows, and none goes back. */
const towards = (told: number, value: number): number => {
  const grains = value / GRAIN;
  // Binary fractions put 0.3 V at 2999.9999999999995 grains.
  const isUp = value > told;
  const whole = isUp ? Math.floor(grains + GRAIN_NOISE) : Math.ceil(grains - GRAIN_NOISE);
  const next = Number((whole * GRAIN).toFixed(4));
  return isUp ? Math.max(told, next) : Math.min(told, next);
};

const isOff = (supply: Supply, output: Output): boolean => supply.tripOf(output) !== undefined || supply.isOff(output);

/** Asks why, for the relay is read before the trips. */
const endedEarly = async (
  { supply, output, quantity }: Pick<SetpointRamp, 'supply' | 'output' | 'quantity'>,
  told: number,
  call: CommandCall,
): Promise<HardwareError> => {
  for (const trip of Object.keys(trips)) if (supply.has(trip, output)) await call.refresh(trip);
  const why = supply.tripOf(output) ?? 'it was switched off';
  return new HardwareError('ABORTED', `the ramp of output ${output} ended at ${told} ${rampable[quantity]}: ${why}`);
};
