import type { Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { CommandCall } from '../../core/parameter.js';
import { refreshPartner } from './coupled-outputs.js';
import type { Output } from './psu.driver.js';
import type { Supply } from './supply.js';
import { confirmEnabled, setEnabled, setSetpoint } from './switching.js';
import { rampable, type Rampable } from './quantities.js';

/** What can be set together, in the order that is safe for what hangs on a rail that is raised (E36300 guide). */
export const configurable = ['currentLimit', 'overVoltageLevel', 'voltageSetpoint', 'enabled', 'name'] as const;
export type Configurable = (typeof configurable)[number];

type Wish = readonly [name: Configurable, value: Json];

/** Sets what is given in the safe order; each is read back and published before the next. The first that is refused ends it:
 *  the failure says which (`details.parameter`), and what had been set. Returns what was read back. */
export const configure = async (
  clock: Clock,
  supply: Supply,
  output: Output,
  values: JsonObject,
  call: CommandCall,
): Promise<JsonObject> => {
  const done: Record<string, Json> = {};
  for (const [name, value] of inSafeOrder(supply, output, values)) {
    try {
      await set(clock, supply, output, [name, value], call);
      await call.refresh(name);
      if (name !== 'name') supply.refuseUnread(name, output);
      if (name !== 'name') await refreshPartner(supply, name, output, call);
      if (name === 'enabled' && typeof value === 'boolean') confirmEnabled(supply, output, value);
    } catch (thrown) {
      throw refused(name, Object.keys(done), thrown);
    }
    done[name] = name === 'name' ? supply.nameOf(output) : (supply.newest(name, output) ?? null);
  }
  return done;
};

const set = async (clock: Clock, supply: Supply, output: Output, [name, value]: Wish, call: CommandCall) => {
  if (name === 'name') {
    if (typeof value === 'string') supply.rename(output, value);
    return;
  }
  if (!supply.has(name, output)) throw new HardwareError('BAD_COMMAND', `output ${output} of this supply has none`);
  if (isRampable(name) && typeof value === 'number')
    await setSetpoint(clock, supply, { output, quantity: name, to: value }, call);
  else if (name === 'enabled' && typeof value === 'boolean') await setEnabled(clock, supply, output, value, call);
  else await supply.write(name, output, value, call);
};

const isRampable = (name: Configurable): name is Rampable & Configurable => Object.hasOwn(rampable, name);

/** Switching off comes before all else. A protection that is lowered below the present voltage would trip: then the voltage
 *  goes before it. */
const inSafeOrder = (supply: Supply, output: Output, values: JsonObject): readonly Wish[] => {
  const level = values['overVoltageLevel'];
  const present = supply.newest('overVoltageLevel', output);
  const isLowered = typeof level === 'number' && typeof present === 'number' && level < present;
  const rank = (name: Configurable): number => {
    if (name === 'enabled' && values[name] === false) return -1;
    return name === 'overVoltageLevel' && isLowered ? AFTER_VOLTAGE : configurable.indexOf(name);
  };
  return configurable
    .flatMap((name): readonly Wish[] => {
      const value = values[name];
      return value === undefined ? [] : [[name, value]];
    })
    .sort(([one], [other]) => rank(one) - rank(other));
};

const AFTER_VOLTAGE = configurable.indexOf('voltageSetpoint') + 0.5;

const refused = (name: string, done: readonly string[], thrown: unknown): unknown => {
  if (!(thrown instanceof HardwareError)) return thrown;
  const before = done.length === 0 ? 'nothing was set before it' : `${done.join(', ')} had been set before it`;
  const details = { ...thrown.problem.details, parameter: name };
  return new HardwareError(thrown.code, `${name}: ${thrown.message}; ${before}`, { cause: thrown, details });
};
