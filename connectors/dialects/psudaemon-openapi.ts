import type { JsonObject, JsonSchema } from '../../core/json-value.js';

/** "psu_name" and "psu.idn.model" as FastAPI titles them. */
const titleOf = (key: string): string =>
  key
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

const of =
  (type: string) =>
  (key: string): JsonSchema => ({ type, title: titleOf(key) });
const nullable =
  (type: string) =>
  (key: string): JsonSchema => ({
    anyOf: [{ type }, { type: 'null' }],
    title: titleOf(key),
  });

type Property = (key: string) => JsonSchema;

const model = (
  name: string,
  properties: Readonly<Record<string, Property>>,
  required: readonly string[],
): readonly [string, JsonSchema] => [
  name,
  {
    type: 'object',
    title: name,
    properties: Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, property(key)])),
    required,
  },
];

const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const schemas = Object.fromEntries([
  model(
    'ChannelModel',
    {
      index: of('integer'),
      name: of('string'),
      'psu.name': of('string'),
      state: of('boolean'),
      current: of('number'),
      voltage: of('number'),
      current_limit: nullable('number'),
      voltage_limit: nullable('number'),
      'psu.idn.manufacturer': nullable('string'),
      'psu.idn.model': nullable('string'),
      'psu.idn.serial': nullable('string'),
      'psu.idn.revision': nullable('string'),
    },
    ['index', 'name', 'psu.name', 'state', 'current', 'voltage'],
  ),
  model('PSUModel', { name: of('string'), model: of('string'), uri: nullable('string'), online: nullable('boolean') }, [
    'name',
    'model',
  ]),
  model(
    'HTTPValidationError',
    { detail: (key) => ({ items: reference('ValidationError'), type: 'array', title: titleOf(key) }) },
    [],
  ),
  model(
    'ValidationError',
    {
      loc: () => ({
        items: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        type: 'array',
        title: 'Location',
      }),
      msg: () => ({ type: 'string', title: 'Message' }),
      type: () => ({ type: 'string', title: 'Error Type' }),
    },
    ['loc', 'msg', 'type'],
  ),
]);

const content = (schema: JsonSchema): JsonObject => ({ content: { 'application/json': { schema } } });
const listOf = (name: string, title: string): JsonSchema => ({ type: 'array', items: reference(name), title });

const invalid: JsonObject = { description: 'Validation Error', ...content(reference('HTTPValidationError')) };

type Operation = {
  readonly summary: string;
  readonly operationId: string;
  readonly parameters?: readonly JsonObject[];
  readonly answer: JsonSchema;
};

/** Routes with parameters declare 200 and 422, the others 200 alone. */
const operation = ({ summary, operationId, parameters, answer }: Operation): JsonObject => ({
  summary,
  operationId,
  ...(parameters === undefined ? {} : { parameters }),
  responses: {
    '200': { description: 'Successful Response', ...content(answer) },
    ...(parameters === undefined ? {} : { '422': invalid }),
  },
});

const inPath = (name: string, type: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema: of(type)(name),
});
const inQuery = (name: string, type: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  schema: nullable(type)(name),
});

const psu = inPath('psu', 'string');
const channel = [psu, inPath('ch', 'integer')];
const change = [
  inQuery('state', 'boolean'),
  inQuery('name', 'string'),
  inQuery('current_limit', 'number'),
  inQuery('voltage_limit', 'number'),
];

/** `/openapi.json` of the port that PSUDaemon's clients use (psu-rest spec, 1.5). */
export const psudaemonOpenApi: JsonObject = {
  openapi: '3.1.0',
  info: { title: 'FastAPI', version: '0.1.0' },
  paths: {
    '/settings': {
      get: operation({ summary: 'Get Settings', operationId: 'get_settings_settings_get', answer: {} }),
      post: operation({ summary: 'Save Settings', operationId: 'save_settings_settings_post', answer: {} }),
    },
    '/monitoring/channels': {
      get: operation({
        summary: 'Get Channels',
        operationId: 'get_channels_monitoring_channels_get',
        answer: listOf('ChannelModel', 'Response Get Channels Monitoring Channels Get'),
      }),
    },
    '/units': {
      get: operation({
        summary: 'Get Units',
        operationId: 'get_units_units_get',
        answer: listOf('PSUModel', 'Response Get Units Units Get'),
      }),
    },
    '/units/{psu}': {
      get: operation({
        summary: 'Get Psu',
        operationId: 'get_psu_units__psu__get',
        parameters: [psu],
        answer: reference('PSUModel'),
      }),
    },
    '/units/{psu}/channels': {
      get: operation({
        summary: 'Get Psu Channels',
        operationId: 'get_psu_channels_units__psu__channels_get',
        parameters: [psu],
        answer: listOf('ChannelModel', 'Response Get Psu Channels Units  Psu  Channels Get'),
      }),
    },
    '/units/{psu}/{ch}': {
      get: operation({
        summary: 'Get Psu Channel',
        operationId: 'get_psu_channel_units__psu___ch__get',
        parameters: channel,
        answer: reference('ChannelModel'),
      }),
      post: operation({
        summary: 'Post Channel',
        operationId: 'post_channel_units__psu___ch__post',
        parameters: [...channel, ...change],
        answer: reference('ChannelModel'),
      }),
    },
  },
  components: { schemas },
};
