import { abortReason, sleep, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { CommandCall } from '../../core/parameter.js';
import { rampStep } from '../../core/ramp.js';
import type { Output } from './psu.driver.js';
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
/** Finer than a bench supply can be set. */
const GRAIN_V = 1e-4;
const GRAIN_NOISE = 1e-3;

export type VoltageRamp = {
  readonly supply: Supply;
  readonly output: Output;
  readonly to: number;
  readonly ratePerS: number;
};

/** Moves the programmed voltage of an output that is on: every step is read back and published. An abort leaves it where it
 *  is. Rejects with ABORTED when the output has tripped or was switched off on the way. */
export const rampVoltage = async (
  clock: Clock,
  { supply, output, to, ratePerS }: VoltageRamp,
  call: CommandCall,
): Promise<void> => {
  let exact = await supply.number('voltageSetpoint', output, call);
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
    refuseWhenOff(supply, output, told);
    exact = rampStep(exact, to, (ratePerS * Math.min(now - steppedAt, LONGEST_STEP_MS)) / 1_000);
    steppedAt = now;
    const next = exact === to ? to : towards(told, exact);
    if (next !== told) {
      await supply.write('voltageSetpoint', output, next, call);
      told = next;
      await call.refresh('voltageSetpoint');
    }
    if (told !== to) await sleep(clock, Math.max(0, steppedAt + RAMP_STEP_MS - clock.monotonic()), call.signal);
  }
};

/** How long a ramp over `span` volts may take. Unit ms. */
export const rampLimitMs = (span: number, ratePerS: number): number => (SLACK * span * 1_000) / ratePerS + MARGIN_MS;

/** The last whole grain on the way from `told`, so that no step is longer than the rate allows, and none goes back. */
const towards = (told: number, value: number): number => {
  const grains = value / GRAIN_V;
  // Binary fractions put 0.3 V at 2999.9999999999995 grains.
  const isUp = value > told;
  const whole = isUp ? Math.floor(grains + GRAIN_NOISE) : Math.ceil(grains - GRAIN_NOISE);
  const next = Number((whole * GRAIN_V).toFixed(4));
  return isUp ? Math.max(told, next) : Math.min(told, next);
};

const refuseWhenOff = (supply: Supply, output: Output, voltage: number): void => {
  const trip = supply.tripOf(output);
  if (trip === undefined && !supply.isOff(output)) return;
  const why = trip ?? 'it was switched off';
  throw new HardwareError('ABORTED', `the ramp of output ${output} ended at ${voltage} V: ${why}`);
};
