import { coupledPair, partnerOf, type Coupling } from '../../core/physics/tracking.js';
import type { Json } from '../../core/json-value.js';
import type { Limits } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';

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
