import { managerName } from '../../core/address.js';
import type { JsonObject, JsonSchema } from '../../core/json-value.js';

/** The parts of a station: one section of the config each. */
export const sections = ['managers', 'connectors', 'services'] as const;
export type Section = (typeof sections)[number];

const bounded = (description: string, minimum: number, maximum: number, fallback: number): JsonSchema => ({
  description,
  type: 'integer',
  minimum,
  maximum,
  default: fallback,
});

/** The options of the station itself; every one has a default. */
export const stationSchema: JsonSchema = {
  description: 'The station itself',
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    name: {
      description: 'What clients see as the name of this station',
      type: 'string',
      pattern: managerName.source,
      maxLength: 64,
      default: 'busbar',
    },
    safeAction: {
      description: 'What happens to the managers on a stop or a crash: nothing, or each one is made safe',
      enum: ['none', 'makeSafe'],
      default: 'none',
    },
    safeActionTimeoutMs: bounded('Time for the safe action; a stop takes that much longer at most', 1, 60_000, 500),
    gpib: {
      description: 'The adapter behind each GPIB board, as a resource string: 0: PRLGX-TCPIP::10.0.0.5::1234::INTFC',
      type: 'object',
      propertyNames: { pattern: '^[0-9]{1,3}$' },
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
    },
    log: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        level: { description: 'The least that is logged', enum: ['error', 'warn', 'info', 'debug'], default: 'info' },
        format: {
          description: 'How stderr reads: text for people, json for programs; the file is always json',
          enum: ['text', 'json'],
          default: 'text',
        },
        fileBytes: bounded('A log file longer than this is put aside; 0: no log file', 0, 2 ** 30, 10 * 2 ** 20),
        files: bounded('Log files that are kept', 1, 100, 5),
      },
    },
    history: {
      description: 'What is kept in memory of each parameter, so that a plot can begin before the page was opened',
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        points: bounded('Newest readings that are kept one by one', 10, 1_000_000, 3_600),
        bucketMs: bounded('Older ones: lowest and highest of each such time', 1_000, 3_600_000, 60_000),
        buckets: bounded('How many such times', 0, 100_000, 1_440),
        parameters: bounded('Parameters that are kept; further ones are not', 0, 100_000, 500),
      },
    },
  },
};

/** A frame with the given kinds; what a kind's own options must look like is checked with the schema of that kind. */
export const frameSchema = (kinds: Readonly<Record<Section, readonly string[]>>): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  properties: {
    station: stationSchema,
    ...Object.fromEntries(sections.map((section) => [section, sectionSchema(kinds[section])])),
  },
});

const sectionSchema = (kinds: readonly string[]): JsonObject => ({
  type: 'object',
  default: {},
  ...(kinds.length === 0
    ? { maxProperties: 0 }
    : {
        additionalProperties: {
          type: 'object',
          required: ['kind'],
          properties: { kind: { enum: kinds } },
        },
      }),
});
