import { HardwareError } from '../../core/errors.js';
import { sameChannel } from '../../core/address-problem.js';
import { notNarrower } from '../../core/narrow-limits.js';
import type { Output, PsuModel, Quantity } from './psu.driver.js';
import type { PsuOptions } from './psu.options.js';

/** Options that only one sort of driver has. */
const owners: Readonly<Record<string, readonly (keyof PsuOptions)[]>> = {
  virtual: ['virtual'],
  external: ['ping', 'getChannels', 'idn'],
  'a driver file': ['model', 'resource', 'link'],
};

export const ownerOf = (driver: string): string => (Object.hasOwn(owners, driver) ? driver : 'a driver file');

/** Options that do not go together. Errors: BAD_ARGUMENT. */
export const checkDriverOptions = (options: PsuOptions): void => {
  const { driver } = options;
  for (const [owner, names] of Object.entries(owners)) {
    if (owner === ownerOf(driver)) continue;
    const stray = names.find((name) => options[name] !== undefined);
    if (stray !== undefined) refuse(`${stray}: belongs to ${owner}, and driver is ${driver}; take one of them out`);
  }
  if (driver === 'external' && options.getChannels === undefined)
    refuse('getChannels: an external supply needs the command that prints its channels');
};

/** What the config says of outputs and quantities must be there, and be possible. Errors: BAD_ARGUMENT. */
export const checkOutputs = ({ outputs, channels }: PsuOptions, model: PsuModel): void => {
  for (const [index, output] of (outputs ?? []).entries()) {
    mustBeThere(output, 'outputs', model);
    if (outputs?.slice(0, index).some((other) => sameChannel(other, output)) === true)
      refuse(`outputs: ${output} is there twice`);
  }
  for (const [name, { limits = {}, rates }] of Object.entries(channels)) {
    const where = `channels.${name}`;
    const output = mustBeThere(name, where, model);
    if (outputs !== undefined && !outputs.some((used) => sameChannel(used, name)))
      refuse(`${where}: output ${name} is not among outputs, ${outputs.join(', ')}`);
    for (const [quantity, wanted] of Object.entries(limits)) {
      const { unit = '' } = settable(quantity, `${where}.limits.${quantity}`, model);
      const flaw = notNarrower(wanted, model.limits(quantity, output), unit);
      if (flaw !== undefined) refuse(`${where}.limits.${quantity}: ${flaw}`);
    }
    if (rates?.voltage !== undefined) settable('voltageSetpoint', `${where}.rates.voltage`, model);
    if (rates?.current !== undefined) settable('currentLimit', `${where}.rates.current`, model);
  }
};

/** A model that is not known yet says nothing of its outputs: the instrument will. */
const mustBeThere = (output: Output, where: string, { outputs }: PsuModel): Output => {
  const found = outputs.find((known) => sameChannel(known, output));
  if (found === undefined && outputs.length > 0)
    refuse(`${where}: there is no output ${output}; there are ${outputs.join(', ')}`);
  return found ?? output;
};

const settable = (quantity: string, where: string, { quantities }: PsuModel): Quantity => {
  const numbers = quantities.filter(({ type, isWritable }) => type === 'number' && isWritable);
  const names = numbers.map(({ name }) => name).join(', ') || 'nothing';
  return (
    numbers.find(({ name }) => name === quantity) ??
    refuse(`${where}: ${quantity} is no number that this supply can be set to; it has ${names}`)
  );
};

const refuse = (message: string): never => {
  throw new HardwareError('BAD_ARGUMENT', message);
};
