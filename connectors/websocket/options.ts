import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import { httpProperties, readHttpOptions, type HttpOptions } from '../http/options.js';

const names = [
  'host',
  'port',
  'console',
  'native',
  'channel',
  'allowedOrigins',
  'allowedHosts',
  'maxConnections',
  'outboxBytes',
] as const;

/** The part of an HTTP port that was there first. */
export type WebsocketOptions = Pick<HttpOptions, (typeof names)[number]>;

/** The options with their defaults. They have passed `optionsSchema`. */
export const readOptions = (raw: JsonObject): WebsocketOptions => readHttpOptions(raw);

export const optionsSchema: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, httpProperties[name]])),
  additionalProperties: false,
};
