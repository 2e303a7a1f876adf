import { HardwareError } from '../../core/errors.js';
import { declare, type Parameter } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import type { Supply } from './supply.js';

type Declared = Parameter<Supply, Output>;

const { numeric, structure } = declare<Supply, Output>();

/** Longer names fit no table and no front panel. */
const MAX_NAME_LENGTH = 256;

/** For a model that does not measure it. */
export const multipliedPower = (pollMs: number): Declared =>
  numeric({
    description: 'Power at the output, of one pair of measured voltage and current',
    unit: 'W',
    pollMs,
    isAt: (supply, output) => supply.has('voltage', output) && supply.has('current', output),
    read: (supply, output, call) => supply.power(output, call),
  });

/** What people call an output. `own`: the name that the supply itself gives, if it can. */
export const nameOf = (own: Declared | undefined): Declared => {
  const shared = {
    description: 'What people call the output; kept by the station, not by the supply',
    schema: { type: 'string', maxLength: MAX_NAME_LENGTH },
  } as const;
  if (own !== undefined) {
    const { pollMs } = own;
    return {
      ...shared,
      description: 'What the supply calls the output, or the config does',
      ...(pollMs === undefined ? {} : { pollMs }),
      read: async (supply, output, call) => {
        await supply.read('name', output, call);
        return supply.nameOf(output);
      },
    };
  }
  return {
    ...shared,
    read: (supply, output) => Promise.resolve(supply.nameOf(output)),
    write: (supply, output, value) => {
      if (typeof value === 'string') supply.rename(output, value);
      return Promise.resolve();
    },
  };
};

const word = (description: string) => ({ description, type: 'string' }) as const;

/** What the supply says it is. */
export const identity: Declared = structure({
  description: 'What the supply says it is',
  scope: 'manager',
  schema: {
    type: 'object',
    properties: {
      manufacturer: word('Who made it'),
      model: word('Its model'),
      serial: word('Its serial number'),
      revision: word('Of its firmware'),
    },
    required: ['manufacturer', 'model', 'serial', 'revision'],
    additionalProperties: false,
  },
  read: (supply) =>
    supply.identity === undefined
      ? Promise.reject(new HardwareError('DEVICE_FAULT', 'the supply has not said what it is'))
      : Promise.resolve({ ...supply.identity }),
});
