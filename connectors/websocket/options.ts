import { isJsonObject, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import { DEFAULT_OUTBOX_BYTES } from '../../core/outbox.js';
import { optionsSchema as envelopeOptions } from '../envelope-tcp/options.js';
import type { ChannelOptions } from './channel-endpoint.js';

export type WebsocketOptions = {
  readonly host: string;
  readonly port: number;
  readonly console: boolean;
  readonly native: boolean;
  readonly channel?: ChannelOptions;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly maxConnections: number;
  readonly outboxBytes: number;
};

const defaults: WebsocketOptions = {
  host: '127.0.0.1',
  port: 8080,
  console: true,
  native: true,
  allowedOrigins: [],
  allowedHosts: [],
  maxConnections: 1024,
  outboxBytes: DEFAULT_OUTBOX_BYTES,
};

const channelDefaults = { errorCode: 5, answers: 'everyone', errors: 'everyone' } as const;

/** The options with their defaults. They have passed `optionsSchema`. */
export const readOptions = (raw: JsonObject): WebsocketOptions => {
  const options: WebsocketOptions = { ...defaults, ...(raw as Partial<WebsocketOptions>) };
  return options.channel === undefined ? options : { ...options, channel: { ...channelDefaults, ...options.channel } };
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

export const optionsSchema: JsonSchema = {
  type: 'object',
  properties: {
    host: { description: 'Address to listen on; 0.0.0.0: all', type: 'string', minLength: 1, default: defaults.host },
    port: { description: '0: any that is free', type: 'integer', minimum: 0, maximum: 65535, default: defaults.port },
    console: { description: 'Serve the console at / and /busbar/', type: 'boolean', default: defaults.console },
    native: { description: 'Speak the native protocol at /busbar/ws', type: 'boolean', default: defaults.native },
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
  },
  additionalProperties: false,
};
