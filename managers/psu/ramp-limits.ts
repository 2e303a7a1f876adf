import type { Output } from './psu.driver.js';
import type { Rampable } from './quantities.js';
import { rampLimitMs } from './setpoint-ramp.js';
import type { Supply } from './supply.js';

/** A driver gets this long for one request and its readback. */
export const WRITE_LIMIT_MS = 10_000;

/** How long it may take to set `quantity` at the rate of the config. Unit ms. */
export const settingLimitMs = (
  quantity: Rampable,
  supply: Supply | undefined,
  output: Output | undefined,
  target: number,
): number => {
  const ratePerS = output === undefined ? undefined : supply?.rateOf(quantity, output);
  return ratePerS === undefined ? WRITE_LIMIT_MS : rampLimitMs(spanOf(quantity, supply, output, target), ratePerS);
};

/** How long switching may take, with all that rises or falls. Unit ms. */
export const switchingLimitMs = (supply: Supply | undefined, output: Output | undefined): number =>
  settingLimitMs('voltageSetpoint', supply, output, 0) + settingLimitMs('currentLimit', supply, output, 0);

/** The longest way there can be: what was programmed when the command was sent need not be so when its turn comes. */
export const spanOf = (
  quantity: Rampable,
  supply: Supply | undefined,
  output: Output | undefined,
  target: number,
): number => {
  const limits = supply?.limits(quantity, output);
  if (limits?.minimum !== undefined && limits.maximum !== undefined) return limits.maximum - limits.minimum;
  const programmed = supply?.newest(quantity, output);
  return 2 * Math.max(Math.abs(target), typeof programmed === 'number' ? Math.abs(programmed) : 0);
};
