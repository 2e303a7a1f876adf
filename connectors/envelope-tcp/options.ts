import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import { DEFAULT_OUTBOX_BYTES } from '../../core/outbox.js';
import { envelopeLimits, type MetaCoding } from '../../core/wire/envelope.js';
import type { OnlineOptions } from '../dialects/online.js';

export type EnvelopeTcpOptions = OnlineOptions & {
  readonly host: string;
  readonly port: number;
  readonly dialect: 'online';
  readonly meta: MetaCoding;
  readonly maxConnections: number;
  readonly maxMetaBytes: number;
  readonly maxDataBytes: number;
  readonly outboxBytes: number;
};

const defaults: Omit<EnvelopeTcpOptions, 'blocks'> = {
  host: '127.0.0.1',
  port: 5555,
  dialect: 'online',
  errorCode: 5,
  answers: 'everyone',
  errors: 'everyone',
  meta: 'json',
  maxConnections: 256,
  maxMetaBytes: envelopeLimits.maxMetaBytes,
  maxDataBytes: envelopeLimits.maxDataBytes,
  outboxBytes: DEFAULT_OUTBOX_BYTES,
};

/** The options with their defaults. They have passed `optionsSchema`. */
export const readOptions = (options: JsonObject): EnvelopeTcpOptions => ({
  ...defaults,
  ...(options as Pick<EnvelopeTcpOptions, 'blocks'>),
});

/** Which block is what here; the WebSocket connector's `/channel` has the same options. */
export const optionsSchema: JsonSchema = {
  type: 'object',
  properties: {
    host: { description: 'Address to listen on; 0.0.0.0: all', type: 'string', minLength: 1, default: defaults.host },
    port: { description: '0: any that is free', type: 'integer', minimum: 0, maximum: 65535, default: defaults.port },
    dialect: { description: 'Whose words are spoken', enum: ['online'], default: defaults.dialect },
    blocks: {
      description: 'Which block of Online is what here: manager, or manager/channel',
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[1-9][0-9]{0,2}$' },
      additionalProperties: { type: 'string', pattern: '^[a-z][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$' },
    },
    meta: { description: 'Coding of the meta that is sent', enum: ['json', 'qdatastream'], default: defaults.meta },
    errorCode: {
      description: 'Sent for what Online has no code for: 5 as the original, 6 for its auto-resume',
      enum: [5, 6],
      default: defaults.errorCode,
    },
    answers: {
      description: 'Who hears an answer',
      enum: ['everyone', 'asker-else-everyone'],
      default: defaults.answers,
    },
    errors: { description: 'Who hears an error', enum: ['everyone', 'originator'], default: defaults.errors },
    maxConnections: {
      description: 'Clients at a time',
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: defaults.maxConnections,
    },
    maxMetaBytes: {
      description: 'Longest meta taken',
      type: 'integer',
      minimum: 256,
      maximum: 2 ** 20,
      default: defaults.maxMetaBytes,
    },
    maxDataBytes: {
      description: 'Longest data taken',
      type: 'integer',
      minimum: 0,
      maximum: 2 ** 30,
      default: defaults.maxDataBytes,
    },
    outboxBytes: {
      description: 'Answers that may wait for a slow client before it is disconnected',
      type: 'integer',
      minimum: 2 ** 16,
      maximum: 2 ** 26,
      default: defaults.outboxBytes,
    },
  },
  required: ['blocks'],
  additionalProperties: false,
};
