import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import { declare, type Argument, type Arguments, type CommandSpec } from '../../core/parameter.js';
import { refreshPartner } from './coupled-outputs.js';
import { configurable, configure, type Configurable } from './configure.js';
import type { Output, PsuAction, PsuModel } from './psu.driver.js';
import { schemaOf } from './psu.parameters.js';
import { rampable, trips, type Rampable } from './quantities.js';
import { spanOf, switchingLimitMs, WRITE_LIMIT_MS } from './ramp-limits.js';
import { rampLimitMs, rampSetpoint } from './setpoint-ramp.js';
import type { Supply } from './supply.js';
import { confirmEnabled, isOn } from './switching.js';

type Command = CommandSpec<Supply, Output>;

const { command, numericArgument } = declare<Supply, Output>();

/** What a model can be told to do: its own actions, and what every supply with the right quantities can. */
export const psuCommands = (model: PsuModel, clock: Clock): Readonly<Record<string, Command>> => {
  const writable = new Set(model.quantities.filter(({ isWritable }) => isWritable).map(({ name }) => name));
  return {
    ...Object.fromEntries(model.actions.map((action) => [action.name, actionOf(action)])),
    ...(writable.has('voltageSetpoint') ? { rampVoltage: ramp(clock, 'voltageSetpoint', 'voltage') } : {}),
    ...(writable.has('currentLimit') ? { rampCurrent: ramp(clock, 'currentLimit', 'current limit') } : {}),
    ...(writable.has('enabled') ? { switchOff } : {}),
    ...(writable.size > 0 ? { configure: configuring(model, clock) } : {}),
  };
};

/** Faster than the config allows is refused. */
const ramp = (clock: Clock, quantity: Rampable, title: string): Command => {
  const unit = rampable[quantity];
  const rate: Argument<Supply, Output, number> = {
    description: 'How fast; the rate of the config, if there is one, is the fastest',
    schema: { type: 'number', exclusiveMinimum: 0 },
    unit: `${unit}/s`,
    limits: (supply, output) => {
      const maximum = supply.rateOf(quantity, output);
      return maximum === undefined ? undefined : { maximum };
    },
  };
  const limits = (supply: Supply, output: Output) => supply.limits(quantity, output);
  return command({
    description:
      `Moves the programmed ${title} at a rate, in steps that are read back; an abort leaves it where it is, ` +
      'a trip or switching off ends it. Of an output that is off it is programmed at once',
    arguments: { target: numericArgument({ description: 'Where to', unit, limits }), rate },
    busy: 'reject',
    timeoutMs: (values, supply, output) => rampLimitMs(spanOf(quantity, supply, output, values.target), values.rate),
    run: async (supply, output, { target: to, rate: ratePerS }, call) => {
      if (!supply.has(quantity, output)) throw new HardwareError('BAD_COMMAND', `output ${output} has no ${quantity}`);
      if (await isOn(supply, output, call)) {
        await rampSetpoint(clock, { supply, output, quantity, to, ratePerS }, call);
      } else {
        await supply.write(quantity, output, to, call);
        await call.refresh(quantity);
      }
      supply.refuseUnread(quantity, output);
      await refreshPartner(supply, quantity, output, call);
      return { [quantity]: supply.newest(quantity, output) ?? null };
    },
  });
};

const switchOff = command({
  description: 'Switches the output off now: without a ramp, whoever has locked it, and ends whatever runs there',
  arguments: {},
  busy: 'queue',
  isUrgent: true,
  preempts: () => true,
  timeoutMs: WRITE_LIMIT_MS,
  run: async (supply, output, _values, call) => {
    await supply.write('enabled', output, false, call);
    await call.refresh('enabled');
    await refreshPartner(supply, 'enabled', output, call);
    confirmEnabled(supply, output, false);
    return {};
  },
});

/** An action may have changed what is only asked now and then. An argument has the limits of the quantity that it sets. */
const actionOf = ({ description, scope, arguments: specs, name }: PsuAction): Command => ({
  description,
  arguments: Object.fromEntries(
    specs.map(({ name: argument, description: purpose, unit, sets = argument, ...shape }) => [
      argument,
      {
        description: purpose,
        schema: schemaOf(shape),
        ...(unit === undefined ? {} : { unit }),
        limits: (supply, output) => supply.limits(sets, scope === 'manager' ? undefined : output),
      },
    ]),
  ),
  busy: 'queue',
  target: scope,
  timeoutMs: () => WRITE_LIMIT_MS,
  run: async (supply, output, values, call) => {
    const reply = await supply.run(name, scope === 'manager' ? undefined : output, values, call);
    if (scope === 'channel') for (const quantity of [...Object.keys(trips), 'enabled']) await call.refresh(quantity);
    return reply;
  },
});

const configuring = (model: PsuModel, clock: Clock): Command => {
  const known = new Map(model.quantities.map((quantity) => [quantity.name, quantity]));
  const argumentOf = (name: Configurable): Arguments<Supply, Output> => {
    const quantity = known.get(name);
    if (name === 'name')
      return { name: { description: 'What people call the output', schema: nameSchema, isOptional: true } };
    if (quantity?.isWritable !== true) return {};
    const { description, unit, type } = quantity;
    const limits = (supply: Supply, output: Output) => supply.limits(name, output);
    const measure = type === 'number' ? { unit: unit ?? '1', limits } : {};
    return { [name]: { description, schema: schemaOf(quantity), isOptional: true, ...measure } };
  };
  return {
    description:
      'Sets several at once, in the order that is safe (current limit, protection, voltage, relay, name; switching off ' +
      'before all); each is read back before the next, the first that is refused ends it. Answers with what was read back',
    arguments: Object.assign({}, ...configurable.map(argumentOf)) as Arguments<Supply, Output>,
    busy: 'queue',
    preempts: ({ enabled }) => enabled === false,
    timeoutMs: (_values, supply, output) => 3 * switchingLimitMs(supply, output),
    run: (supply, output, values, call) => configure(clock, supply, output, values, call),
  };
};

const nameSchema = { type: 'string', maxLength: 256 } as const;
