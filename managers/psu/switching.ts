import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { CommandCall } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import { trips, type Rampable } from './quantities.js';
import { fall, rise, type Moving } from './rise-and-fall.js';
import { rampSetpoint } from './setpoint-ramp.js';
import type { Supply } from './supply.js';

/** Sets a set-point: at once, or at the rate of the config when there is one and the output is on. */
export const setSetpoint = async (
  clock: Clock,
  supply: Supply,
  { output, quantity, to }: { readonly output: Output; readonly quantity: Rampable; readonly to: number },
  call: CommandCall,
): Promise<void> => {
  const ratePerS = supply.rateOf(quantity, output);
  if (ratePerS !== undefined && (await isOn(supply, output, call)))
    await rampSetpoint(clock, { supply, output, quantity, to, ratePerS }, call);
  else await supply.write(quantity, output, to, call);
};

/** Switches an output; what has a rate rises from where the output gives nothing to what is programmed, and goes down the
 *  same way before it is switched off. What was programmed is programmed again afterwards. */
export const setEnabled = async (
  clock: Clock,
  supply: Supply,
  output: Output,
  on: boolean,
  call: CommandCall,
): Promise<void> => {
  if (on) await refuseWhenTripped(supply, output, call);
  const rated = ratedOf(supply, output);
  if (rated.length === 0 || (await isOn(supply, output, call)) === on) return supply.write('enabled', output, on, call);
  const moving: Moving[] = [];
  for (const { quantity, ratePerS } of rated)
    moving.push({ quantity, ratePerS, programmed: await supply.number(quantity, output, call) });
  const flip = async (): Promise<void> => {
    await supply.write('enabled', output, on, call);
    await call.refresh('enabled');
    confirmEnabled(supply, output, on);
    if (supply.tripOf(output) !== undefined) await refreshTrips(supply, output, call);
  };
  await (on ? rise : fall)({ clock, supply, output }, moving, flip, call);
};

/** The voltage first, see `rise`. */
const ratedOf = (supply: Supply, output: Output): readonly Omit<Moving, 'programmed'>[] =>
  (['voltageSetpoint', 'currentLimit'] as const).flatMap((quantity) => {
    const ratePerS = supply.rateOf(quantity, output);
    return ratePerS === undefined || !supply.has(quantity, output) ? [] : [{ quantity, ratePerS }];
  });

/** After the readback: a supply that has tripped takes the command and stays off, one that is silent may not have heard it. */
export const confirmEnabled = (supply: Supply, output: Output, on: boolean): void => {
  supply.refuseUnread('enabled', output);
  const is = supply.newest('enabled', output);
  if (typeof is !== 'boolean' || is === on) return;
  const trip = supply.tripOf(output);
  if (on && trip !== undefined) throw staysOff(output, trip);
  const [wish, state] = on ? ['on', 'off'] : ['off', 'on'];
  throw new HardwareError('DEVICE_FAULT', `output ${output} was told to switch ${wish} and says that it is ${state}`);
};

/** Asked now, and published. */
export const isOn = async (supply: Supply, output: Output, call: CommandCall): Promise<boolean> => {
  if (!supply.has('enabled', output)) return true;
  await call.refresh('enabled');
  return !supply.isOff(output);
};

const refuseWhenTripped = async (supply: Supply, output: Output, call: CommandCall): Promise<void> => {
  await refreshTrips(supply, output, call);
  const trip = supply.tripOf(output);
  if (trip !== undefined && !supply.isCleared(output)) throw staysOff(output, trip);
};

const refreshTrips = async (supply: Supply, output: Output, call: CommandCall): Promise<void> => {
  for (const trip of Object.keys(trips)) if (supply.has(trip, output)) await call.refresh(trip);
};

const staysOff = (output: Output, trip: string): HardwareError =>
  new HardwareError(
    'DEVICE_FAULT',
    `output ${output} stays off: ${trip}; find out why, clearProtection, switch on again`,
  );
