import type { Clock } from '../../core/clock.js';
import type { JsonSchema } from '../../core/json-value.js';
import type { Call, Parameter } from '../../core/parameter.js';
import type { Output, PsuModel, Quantity } from './psu.driver.js';
import { refreshPartner } from './coupled-outputs.js';
import { identity, multipliedPower, nameOf } from './psu-extras.js';
import { paceOf, type Paces } from './quantities.js';
import { alarmOf, relayEvent } from './supply-edges.js';
import type { Supply } from './supply.js';
import { specialWriters } from './special-writers.js';

type Declared = Parameter<Supply, Output>;

/** What every quantity of a model becomes, and what every supply has besides: a name, an identity, a power. */
export const psuParameters = (model: PsuModel, paces: Paces, clock: Clock): Readonly<Record<string, Declared>> => {
  const special = specialWriters(clock);
  const own: Readonly<Record<string, Declared>> = Object.fromEntries(
    model.quantities.map((quantity) => {
      const declared = parameterOf(quantity, paces);
      return [quantity.name, declared.write === undefined ? declared : { ...declared, ...special[quantity.name] }];
    }),
  );
  const { voltage, current, power, ...others } = own;
  const isMultiplied = voltage !== undefined && current !== undefined && power === undefined;
  return {
    ...(voltage === undefined ? {} : { voltage }),
    ...(current === undefined ? {} : { current }),
    ...(power === undefined ? {} : { power }),
    ...(isMultiplied ? { power: multipliedPower(paces.measured) } : {}),
    ...others,
    name: nameOf(own['name']),
    identity,
  };
};

const parameterOf = (quantity: Quantity, paces: Paces): Declared => {
  const { name, description, scope, unit, type, isAsked, isWritable } = quantity;
  const at = (output: Output): Output | undefined => (scope === 'manager' ? undefined : output);
  const alarm = alarmOf(name);
  const limits = (supply: Supply, output: Output) => supply.limits(name, at(output));
  const read = (supply: Supply, output: Output, call: Call) => supply.read(name, at(output), call);
  const write: Declared['write'] = async (supply, output, value, call) => {
    await supply.write(name, at(output), value, call);
    await refreshPartner(supply, name, at(output), call);
  };
  const confirm = (supply: Supply, output: Output): void => {
    supply.refuseUnread(name, at(output));
  };
  return {
    description,
    scope,
    schema: schemaOf(quantity),
    isAt: (supply, output) => supply.has(name, at(output)),
    ...(isAsked ? { pollMs: paces[paceOf(name)] } : {}),
    ...(type === 'number' ? { unit: unit ?? '1' } : {}),
    read,
    ...(isWritable ? { write, writing: { confirm }, ...(type === 'number' ? { limits } : {}) } : {}),
    ...(alarm === undefined ? {} : { alarm }),
    ...(name === 'enabled' ? { event: relayEvent } : {}),
  };
};

/** What a value of this quantity looks like. */
export const schemaOf = ({ type, choices }: Pick<Quantity, 'type' | 'choices'>): JsonSchema => {
  switch (type) {
    case 'number':
      return { type: 'number' };
    case 'flag':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', enum: choices };
    case 'text':
      return { type: 'string', maxLength: 4096 };
  }
};
