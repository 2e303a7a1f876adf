import type { Clock } from '../../core/clock.js';
import type { CommandCall } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import type { Rampable } from './quantities.js';
import { rampSetpoint } from './setpoint-ramp.js';
import type { Supply } from './supply.js';

/** A set-point that moves when its output is switched, and what it was programmed to. */
export type Moving = { readonly quantity: Rampable; readonly ratePerS: number; readonly programmed: number };

/** An output that is switched at the rates of the config. */
export type Switched = { readonly clock: Clock; readonly supply: Supply; readonly output: Output };

/** Switches on with every set-point at rest, then moves them to where they were: the voltage first, into a load that gets no
 *  current yet. When it does not go on, all are programmed as before. */
export const rise = async (
  switched: Switched,
  moving: readonly Moving[],
  switchOn: () => Promise<void>,
  call: CommandCall,
): Promise<void> => {
  const { supply, output } = switched;
  for (const { quantity } of moving) await program(switched, quantity, restOf(supply, output, quantity), call);
  try {
    await switchOn();
  } catch (thrown) {
    // Why it stays off counts, not what else fails then.
    await Promise.allSettled([programAll(switched, moving, call)]);
    throw thrown;
  }
  for (const { quantity, ratePerS, programmed } of moving)
    await rampSetpoint(switched.clock, { supply, output, quantity, to: programmed, ratePerS }, call);
};

/** Moves every set-point to rest, the current first, switches off, and programs what was programmed. */
export const fall = async (
  switched: Switched,
  moving: readonly Moving[],
  switchOff: () => Promise<void>,
  call: CommandCall,
): Promise<void> => {
  const { clock, supply, output } = switched;
  try {
    for (const { quantity, ratePerS } of [...moving].reverse())
      await rampSetpoint(clock, { supply, output, quantity, to: restOf(supply, output, quantity), ratePerS }, call);
  } catch (thrown) {
    // A trip on the way down has only been faster.
    if (call.signal.aborted || (supply.tripOf(output) === undefined && !supply.isOff(output))) throw thrown;
  }
  await switchOff();
  await programAll(switched, moving, call);
};

const programAll = async (switched: Switched, moving: readonly Moving[], call: CommandCall): Promise<void> => {
  for (const { quantity, programmed } of moving) await program(switched, quantity, programmed, call);
};

const program = async (
  { supply, output }: Switched,
  quantity: Rampable,
  value: number,
  call: CommandCall,
): Promise<void> => {
  await supply.write(quantity, output, value, call);
  await call.refresh(quantity);
};

/** Nothing, or as little as the output can be programmed to. */
const restOf = (supply: Supply, output: Output, quantity: Rampable): number => {
  const { minimum = -Infinity, maximum = Infinity } = supply.limits(quantity, output) ?? {};
  return Math.min(Math.max(0, minimum), maximum);
};
