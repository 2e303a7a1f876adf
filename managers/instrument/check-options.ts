import { sameChannel } from '../../core/address-problem.js';
import { toWire } from '../../core/driver-file/conversion.js';
import type { ResolvedDriver, ResolvedModel, ResolvedValue } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { Json } from '../../core/json-value.js';
import type { InstrumentKindOptions, SafeStep } from './instrument.options.js';
import { nameOf } from './make-safe.js';

/** What no schema can say: names and values that the driver file does not have. Errors: BAD_ARGUMENT. */
export const checkInstrumentOptions = (options: InstrumentKindOptions, driver: ResolvedDriver): void => {
  const { pollMs = {}, limits = {}, safe = [], model } = options;
  for (const name of Object.keys(pollMs)) {
    if (parameterOf(driver, `pollMs.${name}`, name).ask === undefined)
      refuse(`pollMs.${name}: ${name} cannot be read, only set`);
  }
  for (const [name, { minimum = -Infinity, maximum = Infinity }] of Object.entries(limits)) {
    const { type, tell } = parameterOf(driver, `limits.${name}`, name);
    if (type !== 'number' || tell === undefined) refuse(`limits.${name}: ${name} is no number that can be set`);
    if (minimum > maximum) refuse(`limits.${name}: ${minimum}..${maximum} lets nothing pass`);
  }
  for (const [index, step] of safe.entries()) {
    checkStep(step, `safe.${index}`, driver);
    checkPlace(step, `safe.${index}`, candidates(driver, model));
  }
};

/** The models that may answer. */
const candidates = ({ models }: ResolvedDriver, model: string | undefined): readonly ResolvedModel[] =>
  [...models.values()].filter(({ name }) => model === undefined || name === model);

/** Nobody shall find out in an emergency that a step is about a channel that is not there. */
const checkPlace = (step: SafeStep, where: string, models: readonly ResolvedModel[]): void => {
  const name = nameOf(step);
  const { channel } = step;
  const isThere = ({ has, channels }: ResolvedModel): boolean =>
    channel === undefined
      ? has(name, undefined) || channels.some((known) => has(name, known))
      : channels.some((known) => sameChannel(known, channel) && has(name, known));
  if (models.some(isThere)) return;
  const place = channel === undefined ? '' : `channel ${channel} of `;
  refuse(`${where}: ${place}${models.map((model) => model.name).join(', ')} has no ${name}`);
};

const checkStep = (step: SafeStep, where: string, driver: ResolvedDriver): void => {
  if ('parameter' in step) {
    const parameter = parameterOf(driver, where, step.parameter);
    if (parameter.tell === undefined) refuse(`${where}: ${step.parameter} can only be read`);
    checkValue(parameter, step.value, where);
    return;
  }
  const command = driver.commands.get(step.command);
  if (command === undefined)
    return refuse(`${where}: ${driver.file.driver} has no command ${step.command}; it has ${listed(driver.commands)}`);
  const given = step.arguments ?? {};
  for (const argument of command.arguments) checkValue(argument, given[argument.name] ?? null, where);
  for (const name of Object.keys(given)) {
    if (!command.arguments.some((argument) => argument.name === name))
      refuse(`${where}: ${step.command} has no argument ${name}`);
  }
};

const checkValue = (spec: ResolvedValue, value: Json, where: string): void => {
  try {
    toWire(spec, value);
  } catch (thrown) {
    refuse(`${where}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

const parameterOf = ({ parameters, file }: ResolvedDriver, where: string, name: string) =>
  parameters.get(name) ?? refuse(`${where}: ${file.driver} has no parameter ${name}; it has ${listed(parameters)}`);

const listed = (table: ReadonlyMap<string, unknown>): string => [...table.keys()].join(', ') || 'none';

const refuse = (message: string): never => {
  throw new HardwareError('BAD_ARGUMENT', message);
};
