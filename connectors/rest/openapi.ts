import type { StationIdentity } from '../../core/connector.js';
import type { CommandDescription, Description, ParameterDescription } from '../../core/description.js';
import type { Json, JsonObject, JsonSchema } from '../../core/json-value.js';
import { API_PREFIX } from './api-prefix.js';
import { commonPaths, fixedSchemas } from './openapi-common.js';
import { failures, jsonContent, parameterRef, ref, responseRef } from './openapi-parts.js';

/** The REST interface as OpenAPI 3.1, from the descriptions alone: what all managers share by parametrised paths, and what
 *  each of them has by its own names, so that a reader sees the arguments of every command. */
export const openApiDocument = (descriptions: readonly Description[], station: StationIdentity): JsonObject => ({
  openapi: '3.1.0',
  info: {
    title: `Busbar station ${station.name}`,
    version: station.version,
    description:
      'Readings are answered from memory, `?fresh=true` asks the instrument. Commands pass the one gate of the station.',
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'all managers', description: 'The same for every manager of any kind' },
    ...descriptions.map(({ name, description }) => ({ name, description })),
  ],
  paths: { ...commonPaths, ...Object.fromEntries(descriptions.flatMap(managerPaths)) },
  components: { ...fixedSchemas, schemas: { ...fixedSchemas.schemas, ...argumentSchemas(descriptions) } },
});

type Path = readonly [path: string, item: JsonObject];

const managerPaths = (description: Description): readonly Path[] => [
  ...Object.entries(description.parameters).map(([name, parameter]) => readingPath(description, name, parameter)),
  ...Object.entries(description.commands).flatMap(([name, command]) =>
    targetsOf(command).map((scope) => commandPath(description, name, command, scope)),
  ),
];

type Scope = 'manager' | 'channel';

const targetsOf = ({ target }: CommandDescription): readonly Scope[] =>
  target === 'either' ? ['manager', 'channel'] : [target];

const pathOf = ({ name }: Description, scope: Scope, rest: string): string =>
  `${API_PREFIX}/managers/${name}${scope === 'channel' ? '/channels/{channel}' : ''}/${rest}`;

const placeParameters = ({ channels }: Description, scope: Scope): readonly Json[] => {
  if (scope === 'manager') return [];
  const ids = channels.map(({ id }) => String(id));
  const schema = ids.length === 0 ? { type: 'string' } : { type: 'string', enum: ids };
  return [{ name: 'channel', in: 'path', required: true, schema }];
};

const readingPath = (manager: Description, name: string, parameter: ParameterDescription): Path => {
  const { scope, description, unit, schema, writtenBy } = parameter;
  const tags = [manager.name];
  const what = unit === undefined ? description : `${description}. Unit ${unit}`;
  const reading = {
    description: 'The newest reading',
    headers: { ETag: { schema: { type: 'string' } } },
    ...jsonContent({ allOf: [ref('Reading'), { properties: { value: { anyOf: [schema, { type: 'null' }] } } }] }),
  };
  const get = {
    tags,
    summary: description,
    description: what,
    operationId: `${manager.name}_${scope}_get_${name}`,
    parameters: [parameterRef('fresh')],
    responses: { 200: reading, 304: { description: 'What the client has is the newest' }, ...failures },
  };
  const put = {
    tags,
    summary: `Sets ${name}`,
    description: [what, ...limitLines(manager, scope, writtenBy ?? '')].join('\n\n'),
    operationId: `${manager.name}_${scope}_put_${name}`,
    parameters: ['ifMatch', 'idempotencyKey', 'timeoutMs', 'validUntilMs'].map(parameterRef),
    requestBody: {
      required: true,
      ...jsonContent({
        type: 'object',
        properties: { value: schema },
        required: ['value'],
        additionalProperties: false,
      }),
    },
    responses: { 200: reading, ...failures, 412: responseRef('Problem') },
  };
  const item = { parameters: placeParameters(manager, scope), get, ...(writtenBy === undefined ? {} : { put }) };
  return [pathOf(manager, scope, `readings/${name}`), item];
};

const commandPath = (manager: Description, name: string, command: CommandDescription, scope: Scope): Path => {
  const units = Object.entries(command.units).map(([argument, unit]) => `\`${argument}\` in ${unit}`);
  const post = {
    tags: [manager.name],
    summary: command.description,
    description: [
      `${command.description}.`,
      ...(units.length === 0 ? [] : [`Units: ${units.join(', ')}.`]),
      ...limitLines(manager, scope, name),
    ].join('\n\n'),
    operationId: `${manager.name}_${scope}_${name}`,
    parameters: ['idempotencyKey', 'timeoutMs', 'validUntilMs'].map(parameterRef),
    requestBody: { required: isRequired(command.schema), ...jsonContent(ref(schemaName(manager.name, name))) },
    responses: { 200: { description: 'Done; the value of the reply', ...jsonContent({}) }, ...failures },
  };
  return [pathOf(manager, scope, `commands/${name}`), { parameters: placeParameters(manager, scope), post }];
};

const isRequired = ({ required }: JsonSchema): boolean => Array.isArray(required) && required.length > 0;

const limitLines = ({ channels }: Description, scope: Scope, command: string): readonly string[] =>
  scope === 'manager'
    ? []
    : channels.flatMap(({ id, limits }) =>
        Object.entries(limits)
          .filter(([key]) => key.startsWith(`${command}.`))
          .map(([key, { minimum, maximum }]) => {
            const argument = key.slice(command.length + 1);
            return `Limits of channel ${id}: \`${argument}\` ${minimum ?? ''}..${maximum ?? ''}`;
          }),
      );

const schemaName = (manager: string, command: string): string => `${manager}.${command}`;

const argumentSchemas = (descriptions: readonly Description[]): JsonObject =>
  Object.fromEntries(
    descriptions.flatMap(({ name, commands }) =>
      Object.entries(commands).map(([command, { schema }]) => [schemaName(name, command), schema] as const),
    ),
  );
