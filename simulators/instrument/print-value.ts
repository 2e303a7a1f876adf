import { printAnswer, printBits, type NumberStyle } from '../../core/driver-file/conversion.js';
import type { DriverFile } from '../../core/driver-file/driver-file.js';
import type { ResolvedParameter } from '../../core/driver-file/resolve.js';
import type { Json } from '../../core/json-value.js';
import type { Machine } from './machine.js';
import { placesOf, type Place } from './memory.js';

const decimals = { nr2: 3, nr3: 8 } as const;

export const styleOf = ({ simulation = {} }: DriverFile): NumberStyle => {
  const numbers = simulation.numbers ?? 'nr3';
  return { numbers, decimals: simulation.decimals ?? decimals[numbers] };
};

/** What an instrument that calculates in single precision prints: 16.8 is 16.799999. */
const SINGLE_PRECISION_DIGITS = 8;

/** A value as this instrument prints it. */
export const printed = (machine: Machine, parameter: ResolvedParameter, place: Place, value: Json): string => {
  const isSingle = machine.driver.file.simulation?.singlePrecision === true && typeof value === 'number';
  const shown = isSingle ? Number(Math.fround(value).toPrecision(SINGLE_PRECISION_DIGITS)) : value;
  return printedExactly(machine, parameter, place, shown);
};

/** A limit, which nobody has calculated. */
export const printedExactly = (machine: Machine, parameter: ResolvedParameter, place: Place, value: Json): string =>
  String(printAnswer(parameter, value, place, styleOf(machine.driver.file)));

/** The word of bits that several parameters share, `group`; `place` undefined: of all channels. */
export const printedBits = (
  machine: Machine,
  group: readonly ResolvedParameter[],
  places: readonly Place[] | undefined,
): string => {
  let bits = 0;
  for (const parameter of group) {
    for (const place of places ?? placesOf(parameter, machine.model)) {
      const value = machine.model.has(parameter.name, place) ? machine.read(parameter.name, place) : undefined;
      if (value !== undefined) bits |= Number(printAnswer(parameter, value, place, styleOf(machine.driver.file)));
    }
  }
  return printBits(bits, group[0]?.bits?.base);
};
