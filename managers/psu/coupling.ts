import { coupledPair, partnerOf, type Coupling } from '../../core/physics/tracking.js';
import { HardwareError } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import { outsideLimits, type CommandCall, type Limits } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import { rampable, type Rampable } from './quantities.js';
import type { Supply } from './supply.js';

const couplings: readonly Coupling[] = ['series', 'parallel', 'tracking'];

/** In the words of `tracking`; whatever is not known couples nothing. */
export const couplingOf = (value: Json | undefined): Coupling =>
  couplings.find((coupling) => coupling === value) ?? 'off';

type Bounds = (quantity: string, output: Output) => Limits | undefined;

/** The output that gets the settings of `output` as well, by what the supply itself can do. Undefined: none. */
export const coupledWith = (
  coupling: Coupling,
  outputs: readonly Output[],
  bounds: Bounds,
  output: Output,
): Output | undefined => {
  if (coupling === 'off') return undefined;
  const ranges = outputs.map((each) => {
    const range = { volts: largest(bounds('voltageSetpoint', each)), amperes: largest(bounds('currentLimit', each)) };
    return [each, range] as const;
  });
  return partnerOf(coupling, coupledPair(ranges), output);
};

/** The largest setting, with its sign. */
const largest = ({ minimum = 0, maximum = 0 }: Limits = {}): number => (maximum > 0 ? maximum : minimum);

/** Of two outputs of opposite sign one gets the setting of the other with its own sign. */
export const mirrored = ({ minimum, maximum }: Limits): Limits => ({
  ...(maximum === undefined ? {} : { minimum: -maximum }),
  ...(minimum === undefined ? {} : { maximum: -minimum }),
});

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
