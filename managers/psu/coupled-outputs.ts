import { HardwareError } from '../../core/errors.js';
import { outsideLimits, type CommandCall } from '../../core/parameter.js';
import type { Coupling } from '../../core/physics/tracking.js';
import type { Output } from './psu.driver.js';
import { rampable, type Rampable } from './quantities.js';
import type { Supply } from './supply.js';

/** Outputs get each other's set-points: whichever it will be must be allowed on both. Errors: OUT_OF_RANGE. */
export const refuseCoupling = (supply: Supply, coupling: Coupling): void => {
  for (const output of supply.outputs) {
    const partner = supply.partnerOf(output, coupling);
    if (partner === undefined) continue;
    for (const [quantity, unit] of Object.entries(rampable)) {
      const limits = supply.limitsCoupledWith(quantity, output, partner);
      const sentence = outsideLimits(quantity, supply.newest(quantity, output), limits, unit);
      if (sentence === undefined) continue;
      const text = `${coupling}: outputs ${output} and ${partner} would get the same settings, and on output ${output} ${sentence}`;
      throw new HardwareError('OUT_OF_RANGE', `${text}, the limits of both; set it lower first`);
    }
  }
};

/** Reads what a coupled output was given along with `output`. */
export const refreshPartner = async (
  supply: Supply,
  quantity: string,
  output: Output | undefined,
  call: CommandCall,
): Promise<void> => {
  const partner = output === undefined ? undefined : supply.partnerOf(output);
  if (partner !== undefined && supply.has(quantity, partner)) await call.refresh(quantity, partner);
};

/** After the coupling has changed. */
export const refreshSetpoints = async (supply: Supply, call: CommandCall): Promise<void> => {
  const quantities: readonly (Rampable | 'enabled')[] = ['voltageSetpoint', 'currentLimit', 'enabled'];
  for (const output of supply.outputs)
    for (const quantity of quantities) if (supply.has(quantity, output)) await call.refresh(quantity, output);
};
