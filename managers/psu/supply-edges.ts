import type { Json } from '../../core/json-value.js';
import type { AlarmRule, ChangeRule } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import { trips } from './quantities.js';
import type { Supply } from './supply.js';

const isTrue = (value: Json): boolean => value === true;

const others: Readonly<Record<string, AlarmRule>> = {
  overTemperature: {
    when: isTrue,
    severity: 'alarm',
    message: 'the supply is too hot; look after its fan and its load',
    cleared: 'the supply has cooled down',
  },
  mode: {
    when: (value) => value === 'fault',
    severity: 'alarm',
    message: 'the output reports a hardware fault; do not trust what it gives',
    cleared: 'the output regulates again',
  },
};

/** The alarm that a quantity is, if it is one. */
export const alarmOf = (quantity: string): AlarmRule | undefined => {
  const trip = trips[quantity];
  if (trip === undefined) return others[quantity];
  const message = `${trip} and the output is off; find out why, clearProtection, switch on again`;
  return { when: isTrue, severity: 'alarm', message, cleared: 'the trip was cleared' };
};

/** `outputOn`, `outputOff`: also when nobody here has switched it, such as after a loss of mains. */
export const relayEvent: ChangeRule<Supply, Output> = (supply, output, { value }) => ({
  event: value === true ? 'outputOn' : 'outputOff',
  details: { because: supply.causeOf(output), name: supply.nameOf(output) },
});
