import type { Json, JsonSchema } from '../../core/json-value.js';
import { instrumentProperties } from '../scpi/instrument-options.js';
import { psuDefaults, type PsuOptions, type VirtualOptions } from './psu.options.js';

/** Longest pause between two readings that a config may ask for: an hour. */
const MAX_PERIOD_MS = 3_600_000;
const MAX_OUTPUTS = 64;
const MAX_LINE = 4_096;

const period = (description: string): JsonSchema => ({
  description,
  type: 'number',
  minimum: 0,
  maximum: MAX_PERIOD_MS,
});
const positive = (description: string): JsonSchema => ({ description, type: 'number', exclusiveMinimum: 0 });
const line = (description: string): JsonSchema => ({ description, type: 'string', maxLength: MAX_LINE });
const object = (description: string, properties: JsonSchema): JsonSchema => ({
  description,
  type: 'object',
  properties,
  additionalProperties: false,
});

const limitsSchema = object('Smallest and largest value that clients may set; an end that is left out stays', {
  minimum: { description: 'Smallest value that is taken', type: 'number' },
  maximum: { description: 'Largest value that is taken', type: 'number' },
});

const channelSchema = object('One output', {
  name: { description: 'What people call it; else CH and its number', type: 'string', minLength: 1, maxLength: 256 },
  limits: {
    description:
      'By quantity, such as voltageSetpoint or currentLimit: narrower than what the supply can do, never wider',
    type: 'object',
    additionalProperties: limitsSchema,
  },
  rates: object('How fast set-points move while the output is on; what is not named here is set at once', {
    voltage: positive('Of the programmed voltage, V/s: setting it, switching on and switching off become ramps'),
    current: positive('Of the current limit, A/s, such as of a magnet: the same'),
  }),
});

const virtualProperties: { readonly [Option in keyof VirtualOptions]: JsonSchema } = {
  outputs: {
    description: 'What each output can give, in order; else 6 V 10 A, 25 V 2 A, 25 V 2 A',
    type: 'array',
    items: {
      ...object('One output', { volts: positive('Rated voltage, V'), amperes: positive('Rated current, A') }),
      required: ['volts', 'amperes'],
    },
    minItems: 1,
    maxItems: MAX_OUTPUTS,
  },
  loads: {
    description: 'What hangs on each output: { 1: { ohms: 12 } }; nothing unless given',
    type: 'object',
    additionalProperties: object('One load', {
      ohms: { description: 'Resistance, ohm; 0 is a short', type: 'number', minimum: 0 },
      farads: { description: 'Capacitance beside it, F', type: 'number', minimum: 0 },
    }),
  },
};

const options: { readonly [Option in keyof PsuOptions]-?: JsonSchema } = {
  driver: {
    description:
      'virtual: a supply without hardware; external: one that shell commands report on; ' +
      'else a shipped driver file by its name (keysight-e36300), or one of your own by its path (./mine.yaml)',
    type: 'string',
    minLength: 1,
    maxLength: 1_024,
  },
  model: instrumentProperties.model,
  resource: instrumentProperties.resource,
  link: instrumentProperties.link,
  outputs: {
    description: 'The outputs that are shown and used; else all that the supply has',
    type: 'array',
    items: {
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', minLength: 1, maxLength: 64 },
      ],
    },
    minItems: 1,
    maxItems: MAX_OUTPUTS,
    uniqueItems: true,
  },
  channels: {
    description: 'Settings by output: { 1: { name: core, limits: { voltageSetpoint: { maximum: 5 } } } }',
    type: 'object',
    additionalProperties: channelSchema,
  },
  pollMs: period('How often voltage, current and power are measured, ms; 0: again at once'),
  statusPollMs: period('How often relay, mode and trips are read, ms'),
  settingsPollMs: period('How often set-points, protections and other settings are read, ms'),
  safe: {
    description: 'What makeSafe does: off switches every output off, hold leaves them as they are',
    enum: ['off', 'hold'],
  },
  virtual: object('The supply without hardware; virtual only', virtualProperties),
  ping: line('Shell command that ends with 0 while the unit is there; external only'),
  getChannels: line('Shell command that prints [{ index, name, voltage, current, state }]; external only'),
  idn: object('What the unit is said to be; external only', {
    manufacturer: line('Who made it'),
    model: line('Its model'),
    serial: line('Its serial number'),
    revision: line('Of its firmware'),
  }),
};

const defaults: { readonly [option: string]: Json } = { ...psuDefaults };

/** JSON Schema of the options, each with its description; defaults where there are any. */
export const psuOptionsSchema: JsonSchema = {
  description: 'Power supply',
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(options).map(([name, schema]) => {
      const value = defaults[name];
      return [name, value === undefined ? schema : { ...schema, default: value }];
    }),
  ),
  additionalProperties: false,
};
