import type { Clock } from '../../core/clock.js';
import type { Json } from '../../core/json-value.js';
import type { Parameter } from '../../core/parameter.js';
import { couplingOf } from './coupling.js';
import { refreshPartner, refreshSetpoints, refuseCoupling } from './coupled-outputs.js';
import type { Output } from './psu.driver.js';
import type { Rampable } from './quantities.js';
import { settingLimitMs, switchingLimitMs } from './ramp-limits.js';
import type { Supply } from './supply.js';
import { confirmEnabled, setEnabled, setSetpoint } from './switching.js';

type Writer = Partial<Pick<Parameter<Supply, Output>, 'write' | 'writing' | 'description'>>;

/** The gate has checked the values against the schema of the quantity. */
const numberIn = (value: Json): number => (typeof value === 'number' ? value : 0);

/** Quantities that are not merely told to the supply: what moves at a rate, and what must not wait. */
export const specialWriters = (clock: Clock): Readonly<Record<string, Writer>> => ({
  voltageSetpoint: setpointWriter(clock, 'voltageSetpoint', 'Programmed voltage'),
  currentLimit: setpointWriter(clock, 'currentLimit', 'Programmed current limit'),
  enabled: {
    description:
      'Output relay; false is the safe state, goes before everything else of the output and ends its ramp. ' +
      'With a rate in the config the set-points rise and fall at it',
    write: async (supply, output, value, call) => {
      await setEnabled(clock, supply, output, value === true, call);
      await refreshPartner(supply, 'enabled', output, call);
    },
    writing: {
      timeoutMs: (_value, supply, output) => switchingLimitMs(supply, output),
      preempts: (value) => value === false,
      confirm: (supply, output, value) => {
        confirmEnabled(supply, output, value === true);
      },
    },
  },
  tracking: {
    write: async (supply, _output, value, call) => {
      refuseCoupling(supply, couplingOf(value));
      await supply.write('tracking', undefined, value, call);
      await call.refresh('tracking');
      await refreshSetpoints(supply, call);
    },
    writing: {
      confirm: (supply) => {
        supply.refuseUnread('tracking', undefined);
      },
    },
  },
});

const setpointWriter = (clock: Clock, quantity: Rampable, title: string): Writer => ({
  description: `${title}; moves at the rate of the config while the output is on, if it has one`,
  write: async (supply, output, value, call) => {
    await setSetpoint(clock, supply, { output, quantity, to: numberIn(value) }, call);
    await refreshPartner(supply, quantity, output, call);
  },
  writing: {
    timeoutMs: (value, supply, output) => settingLimitMs(quantity, supply, output, numberIn(value)),
    confirm: (supply, output) => {
      supply.refuseUnread(quantity, output);
    },
  },
});
