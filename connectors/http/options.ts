import { isJsonObject, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import { DEFAULT_OUTBOX_BYTES } from '../../core/outbox.js';
import { optionsSchema as envelopeOptions } from '../envelope-tcp/options.js';
import { psudaemonOptionsSchema, readPsudaemonOptions, type PsudaemonOptions } from '../psudaemon/options.js';
import type { ChannelOptions } from '../websocket/channel-endpoint.js';

export type HttpOptions = {
  readonly host: string;
  readonly port: number;
  readonly console: boolean;
  readonly native: boolean;
  readonly channel?: ChannelOptions;
  readonly psudaemon?: PsudaemonOptions;
  readonly api: boolean;
  readonly docs: boolean;
  readonly metrics: boolean;
  readonly health: boolean;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly maxConnections: number;
  readonly outboxBytes: number;
};

const defaults: HttpOptions = {
  host: '127.0.0.1',
  port: 8080,
  console: true,
  native: true,
  api: true,
  docs: true,
  metrics: true,
  health: true,
  allowedOrigins: [],
  allowedHosts: [],
  maxConnections: 1024,
  outboxBytes: DEFAULT_OUTBOX_BYTES,
};

const channelDefaults = { errorCode: 5, answers: 'everyone', errors: 'everyone' } as const;

/** The options with their defaults. They have passed `httpOptionsSchema`. */
export const readHttpOptions = (raw: JsonObject): HttpOptions => {
  const options: HttpOptions = { ...defaults, ...(raw as Partial<HttpOptions>) };
  const { channel } = options;
  const { psudaemon } = raw;
  return {
    ...options,
    ...(channel === undefined ? {} : { channel: { ...channelDefaults, ...channel } }),
    ...(psudaemon !== undefined && isJsonObject(psudaemon) ? { psudaemon: readPsudaemonOptions(psudaemon) } : {}),
  };
};

const envelopeProperty = (name: string): JsonSchema => {
  const { properties } = envelopeOptions;
  const found = isJsonObject(properties) ? properties[name] : undefined;
  return isJsonObject(found) ? found : {};
};

const texts = (description: string): JsonSchema => ({
  description,
  type: 'array',
  maxItems: 64,
  items: { type: 'string', minLength: 1, maxLength: 256 },
  default: [],
});

const flag = (name: 'console' | 'native' | 'api' | 'docs' | 'metrics' | 'health', description: string): JsonSchema => ({
  description,
  type: 'boolean',
  default: defaults[name],
});

/** Every option of an HTTP port by its name; other kinds of connector have some of them. */
export const httpProperties: { readonly [Name in keyof HttpOptions]-?: JsonSchema } = {
  host: { description: 'Address to listen on; 0.0.0.0: all', type: 'string', minLength: 1, default: defaults.host },
  port: { description: '0: any that is free', type: 'integer', minimum: 0, maximum: 65535, default: defaults.port },
  console: flag('console', 'Serve the console at / and /busbar/'),
  native: flag('native', 'Speak the native protocol at /busbar/ws'),
  channel: {
    description: 'Speak the words of the HV web page at /channel',
    type: 'object',
    properties: {
      blocks: envelopeProperty('blocks'),
      errorCode: envelopeProperty('errorCode'),
      answers: envelopeProperty('answers'),
      errors: envelopeProperty('errors'),
    },
    required: ['blocks'],
    additionalProperties: false,
  },
  psudaemon: psudaemonOptionsSchema,
  api: flag('api', 'Serve the REST interface of every manager at /busbar/api, and /busbar/openapi.json'),
  docs: flag('docs', 'Serve the page that explains the REST interface and tries it out, at /busbar/docs'),
  metrics: flag('metrics', 'Serve metrics for Prometheus at /busbar/metrics'),
  health: flag('health', 'Answer /busbar/health/live and /busbar/health/ready'),
  allowedOrigins: texts('Origins of foreign pages that may connect, such as https://lab.example.org'),
  allowedHosts: texts('DNS names under which browsers reach this port; addresses and names without a dot always may'),
  maxConnections: {
    description: 'Connections at a time',
    type: 'integer',
    minimum: 1,
    maximum: 65536,
    default: defaults.maxConnections,
  },
  outboxBytes: {
    description: 'Answers that may wait for a slow client before it is disconnected',
    type: 'integer',
    minimum: 2 ** 16,
    maximum: 2 ** 26,
    default: defaults.outboxBytes,
  },
};

export const httpOptionsSchema: JsonSchema = {
  type: 'object',
  properties: { ...httpProperties },
  additionalProperties: false,
};
