import type { Clock } from '../../core/clock.js';
import type { Json } from '../../core/json-value.js';
import type { Parameter } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import type { Supply } from './supply.js';
import { confirmEnabled, rateLimitMs, setEnabled, setVoltage } from './switching.js';

type Writer = Pick<Parameter<Supply, Output>, 'write' | 'writing' | 'description'>;

/** The gate has checked the values against the schema of the quantity. */
const numberIn = (value: Json): number => (typeof value === 'number' ? value : 0);

/** Quantities that are not merely told to the supply: what moves at a rate, and what must not wait. */
export const specialWriters = (clock: Clock): Readonly<Record<string, Writer>> => ({
  voltageSetpoint: {
    description: 'Programmed voltage; moves at the rate of the config while the output is on, if it has one',
    write: (supply, output, value, call) => setVoltage(clock, supply, output, numberIn(value), call),
    writing: {
      timeoutMs: (value, supply, output) => rateLimitMs(supply, output, numberIn(value)),
      confirm: (supply, output) => {
        supply.refuseUnread('voltageSetpoint', output);
      },
    },
  },
  enabled: {
    description:
      'Output relay; false is the safe state, goes before everything else of the output and ends its ramp. ' +
      'With a rate in the config the voltage rises and falls at it',
    write: (supply, output, value, call) => setEnabled(clock, supply, output, value === true, call),
    writing: {
      timeoutMs: (_value, supply, output) => rateLimitMs(supply, output, 0),
      preempts: (value) => value === false,
      confirm: (supply, output, value) => {
        confirmEnabled(supply, output, value === true);
      },
    },
  },
});
