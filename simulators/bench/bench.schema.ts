import type { JsonSchema } from '../../core/json-value.js';
import { faultForms } from '../instrument/fault-words.js';

const MAX_INSTRUMENTS = 256;
const MAX_SERVERS = 256;
const MAX_FAULTS = 16;
const NAME = '^[a-z][a-z0-9-]*$';

const object = (description: string, properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  description,
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const number = (description: string, more: JsonSchema = {}): JsonSchema => ({ description, type: 'number', ...more });
const text = (description: string): JsonSchema => ({ description, type: 'string', minLength: 1, maxLength: 200 });
const names = (description: string, pattern: string): JsonSchema => ({
  description,
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern },
  additionalProperties: { type: 'string', pattern: NAME },
});

const follows = object(
  'A meter: what is at its terminals, (value x scale + offset) / divider of a parameter of another instrument',
  {
    instrument: text('Name of the other instrument; a calibrator in standby counts as 0'),
    parameter: text('Its parameter, a number: output of a calibrator, voltage of a supply'),
    channel: { description: 'Its channel, where it has some', type: ['integer', 'string'] },
    scale: number('Default 1'),
    offset: number('Default 0'),
    rampPerS: number('How fast the scaled value moves at most, per second; default: at once', { exclusiveMinimum: 0 }),
    divider: number('Default 1; not 0', { not: { const: 0 } }),
  },
  ['instrument', 'parameter'],
);

const load: JsonSchema = {
  description: 'Ohms, 0 for a short; or ohms and farads',
  anyOf: [
    { type: 'number', minimum: 0 },
    object('A load', {
      ohms: number('Resistance; nothing unless given', { minimum: 0 }),
      farads: number('Capacitance beside it; it slows rise and fall', { minimum: 0 }),
    }),
  ],
};

const instrument = object(
  'A simulated instrument',
  {
    driver: text('Driver file: the name of a shipped one, or a path that ends in .yaml'),
    model: text('Model of the driver file; default: its first'),
    serial: text('Serial number in its answer to *IDN?; default: that of the driver file'),
    loads: {
      description: 'A supply: what hangs on each output; nothing unless given',
      type: 'object',
      additionalProperties: load,
    },
    follows,
    input: number('A meter that follows nothing: what is at its terminals; default 0'),
    noise: number('A meter: largest deviation of a reading; default 1e-6', { minimum: 0 }),
    measuringMs: number(
      'A meter: from the query of a reading to its answer, ms; default: its integration time, twice',
      {
        minimum: 0,
        maximum: 600_000,
      },
    ),
    faults: {
      description: `How it fails from the start: ${faultForms.map(([form]) => form).join('; ')}`,
      type: 'array',
      maxItems: MAX_FAULTS,
      items: { type: 'string', maxLength: 200 },
    },
  },
  ['driver'],
);

const place = {
  host: { description: 'Address to listen on; default 127.0.0.1', type: 'string', minLength: 1 },
  port: {
    description: 'Port to listen on, 0 for any that is free; default: what such instruments have (VXI-11: any)',
    type: 'integer',
    minimum: 0,
    maximum: 65_535,
  },
} as const;

const server = (protocol: string, description: string, properties: JsonSchema, required: string): JsonSchema =>
  object(description, { protocol: { description: 'What is spoken', const: protocol }, ...place, ...properties }, [
    'protocol',
    required,
  ]);

const servers: JsonSchema = {
  description: 'By what clients reach the instruments; one instrument may have several',
  type: 'array',
  maxItems: MAX_SERVERS,
  items: {
    type: 'object',
    discriminator: { propertyName: 'protocol' },
    oneOf: [
      server('socket', 'Raw SCPI over TCP', { instrument: text('Name of the instrument') }, 'instrument'),
      server(
        'vxi11',
        'VXI-11, also as a LAN/GPIB gateway',
        {
          devices: names('Device name to instrument: inst0, or gpib0,4 as behind a gateway', '^[A-Za-z][A-Za-z0-9,]*$'),
          portmapper: {
            description: 'true: its portmapper on port 111, where clients ask; a number: on that port; default false',
            anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 0, maximum: 65_535 }],
          },
        },
        'devices',
      ),
      server(
        'hislip',
        'HiSLIP',
        { devices: names('Sub-address to instrument: hislip0', '^[A-Za-z][A-Za-z0-9]*$') },
        'devices',
      ),
      server(
        'prologix',
        'Prologix-style GPIB-Ethernet adapter',
        { addresses: names('Primary GPIB address to instrument', '^([0-9]|[12][0-9]|30)$') },
        'addresses',
      ),
    ],
  },
  default: [],
};

/** JSON Schema of the options of the kind `simulated-bench`. */
export const benchOptionsSchema: JsonSchema = object(
  'Simulated instruments that speak the real protocols on real ports',
  {
    instruments: {
      description: 'The instruments by name; each is a channel of this manager, whose commands make it fail',
      type: 'object',
      minProperties: 1,
      maxProperties: MAX_INSTRUMENTS,
      propertyNames: { pattern: NAME },
      additionalProperties: instrument,
    },
    servers,
    seed: {
      description: 'Makes noise and garbage the same on every start; null: new ones each time',
      type: ['integer', 'null'],
      default: null,
    },
  },
  ['instruments'],
);
