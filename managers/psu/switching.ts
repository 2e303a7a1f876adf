import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { CommandCall } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import { trips } from './quantities.js';
import type { Supply } from './supply.js';
import { rampLimitMs, rampVoltage } from './setpoint-ramp.js';

/** A driver gets this long for one request and its readback. */
export const WRITE_LIMIT_MS = 10_000;

/** Programs a voltage: at once, or at the rate of the config when the output has one and is on. */
export const setVoltage = async (
  clock: Clock,
  supply: Supply,
  output: Output,
  to: number,
  call: CommandCall,
): Promise<void> => {
  const ratePerS = supply.settingsOf(output).rates?.voltage;
  if (ratePerS !== undefined && (await isOn(supply, output, call)))
    await rampVoltage(clock, { supply, output, to, ratePerS }, call);
  else await supply.write('voltageSetpoint', output, to, call);
};

/** Switches an output; with a rate it rises from where it gives nothing to what is programmed, and goes down the same way
 *  before it is switched off. What was programmed is programmed again afterwards. */
export const setEnabled = async (
  clock: Clock,
  supply: Supply,
  output: Output,
  on: boolean,
  call: CommandCall,
): Promise<void> => {
  if (on) await refuseWhenTripped(supply, output, call);
  const ratePerS = supply.settingsOf(output).rates?.voltage;
  const canRamp = ratePerS !== undefined && supply.has('voltageSetpoint', output);
  if (!canRamp || (await isOn(supply, output, call)) === on) return supply.write('enabled', output, on, call);
  const programmed = await supply.number('voltageSetpoint', output, call);
  const ramp = (to: number): Promise<void> => rampVoltage(clock, { supply, output, to, ratePerS }, call);
  if (on) await rise(supply, output, programmed, ramp, call);
  else await fall(supply, output, programmed, ramp, call);
};

type Ramp = (to: number) => Promise<void>;

const rise = async (supply: Supply, output: Output, programmed: number, ramp: Ramp, call: CommandCall) => {
  await program(supply, output, restOf(supply, output), call);
  await supply.write('enabled', output, true, call);
  await call.refresh('enabled');
  confirmEnabled(supply, output, true);
  await ramp(programmed);
};

const fall = async (supply: Supply, output: Output, programmed: number, ramp: Ramp, call: CommandCall) => {
  try {
    await ramp(restOf(supply, output));
  } catch (thrown) {
    // A trip on the way down has only been faster.
    if (call.signal.aborted || (supply.tripOf(output) === undefined && !supply.isOff(output))) throw thrown;
  }
  await supply.write('enabled', output, false, call);
  await program(supply, output, programmed, call);
};

const program = async (supply: Supply, output: Output, voltage: number, call: CommandCall): Promise<void> => {
  await supply.write('voltageSetpoint', output, voltage, call);
  await call.refresh('voltageSetpoint');
};

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

/** How long it may take to set a voltage, or to switch, at the rate of the config. Unit ms. */
export const rateLimitMs = (supply: Supply | undefined, output: Output | undefined, target: number): number => {
  const ratePerS = output === undefined ? undefined : supply?.settingsOf(output).rates?.voltage;
  return ratePerS === undefined ? WRITE_LIMIT_MS : rampLimitMs(spanOf(supply, output, target), ratePerS);
};

/** The longest way there can be: what was programmed when the command was sent need not be so when its turn comes. */
export const spanOf = (supply: Supply | undefined, output: Output | undefined, target: number): number => {
  const limits = supply?.limits('voltageSetpoint', output);
  if (limits?.minimum !== undefined && limits.maximum !== undefined) return limits.maximum - limits.minimum;
  const programmed = supply?.newest('voltageSetpoint', output);
  return 2 * Math.max(Math.abs(target), typeof programmed === 'number' ? Math.abs(programmed) : 0);
};

/** Asked now, and published. */
export const isOn = async (supply: Supply, output: Output, call: CommandCall): Promise<boolean> => {
  if (!supply.has('enabled', output)) return true;
  await call.refresh('enabled');
  return !supply.isOff(output);
};

/** Nothing, or as little as the output can be programmed to. */
const restOf = (supply: Supply, output: Output): number => {
  const { minimum = -Infinity, maximum = Infinity } = supply.limits('voltageSetpoint', output) ?? {};
  return Math.min(Math.max(0, minimum), maximum);
};

const refuseWhenTripped = async (supply: Supply, output: Output, call: CommandCall): Promise<void> => {
  for (const trip of Object.keys(trips)) if (supply.has(trip, output)) await call.refresh(trip);
  const trip = supply.tripOf(output);
  if (trip !== undefined) throw staysOff(output, trip);
};

const staysOff = (output: Output, trip: string): HardwareError =>
  new HardwareError(
    'DEVICE_FAULT',
    `output ${output} stays off: ${trip}; find out why, clearProtection, switch on again`,
  );
