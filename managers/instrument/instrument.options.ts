import type { Json, JsonObject, JsonSchema } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import type { Limits } from '../../core/parameter.js';
import { instrumentProperties, type InstrumentOptions } from '../scpi/instrument-options.js';

/** One thing that makes the instrument safe; without channel on every one that has it. */
export type SafeStep = { readonly channel?: ChannelId } & (
  { readonly parameter: string; readonly value: Json } | { readonly command: string; readonly arguments?: JsonObject }
);

/** The options of the kind `instrument`, as the config has them. */
export type InstrumentKindOptions = InstrumentOptions & {
  readonly pollMs?: { readonly [parameter: string]: number };
  readonly limits?: { readonly [parameter: string]: Limits };
  readonly safe?: readonly SafeStep[];
};

const MAX_POLL_MS = 3_600_000;
const MAX_SAFE_STEPS = 100;

const limit = (description: string): JsonSchema => ({ description, type: 'number' });
const channel: JsonSchema = { description: 'On this channel alone; else on every one', type: ['integer', 'string'] };

const safeStep: JsonSchema = {
  type: 'object',
  oneOf: [
    {
      required: ['parameter', 'value'],
      properties: {
        parameter: { description: 'Is set', type: 'string' },
        value: { description: 'To this', type: ['number', 'boolean', 'string'] },
        channel,
      },
      additionalProperties: false,
    },
    {
      required: ['command'],
      properties: {
        command: { description: 'Is run', type: 'string' },
        arguments: { description: 'With these', type: 'object' },
        channel,
      },
      additionalProperties: false,
    },
  ],
};

const properties: { readonly [Option in keyof InstrumentKindOptions]-?: JsonSchema } = {
  ...instrumentProperties,
  pollMs: {
    description: 'How often parameters are read, ms, where that differs from the driver file; 0: again at once',
    type: 'object',
    additionalProperties: { type: 'number', minimum: 0, maximum: MAX_POLL_MS },
  },
  limits: {
    description: 'Limits by parameter, on every channel; those of the instrument hold besides',
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { minimum: limit('Smallest value that is taken'), maximum: limit('Largest value that is taken') },
      additionalProperties: false,
    },
  },
  safe: {
    description:
      'What makeSafe does, step by step: { parameter, value } or { command, arguments }, on one channel or on all. ' +
      'Else a supply is switched off, and anything else is left as it is',
    type: 'array',
    items: safeStep,
    maxItems: MAX_SAFE_STEPS,
  },
};

/** JSON Schema of the options, each with its description. */
export const instrumentOptionsSchema: JsonSchema = {
  description: 'Any instrument that has a driver file',
  type: 'object',
  properties,
  required: ['driver', 'resource'],
  additionalProperties: false,
};

/** Options that have passed the schema. */
export const instrumentOptions = (checked: JsonObject): InstrumentKindOptions => checked as InstrumentKindOptions;
