import { managerName } from '../../core/address.js';
import type { Registry } from '../../core/connector.js';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import type { Registries } from '../registries.js';
import { sections, stationSchema } from './frame.js';

/** The schema of a whole config, for editors and other programs: the frame and the options of every kind there is. */
export const composeSchema = async (registries: Registries): Promise<JsonSchema> => {
  const loaded = await Promise.all(
    sections.map(async (section) => {
      const registry: Registry<WithSchema> = registries[section];
      const kinds = Object.entries(registry).map(async ([name, load]): Promise<NamedKind> => [name, await load()]);
      return { section, kinds: await Promise.all(kinds) };
    }),
  );
  const definitions = loaded.flatMap(({ section, kinds }) =>
    kinds.map(([name, { optionsSchema }]) => [`${section}.${name}`, partSchema(name, optionsSchema)] as const),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Busbar config',
    description: 'Generated from the kinds of parts; test/schemas/config-schema.test.ts writes it anew',
    type: 'object',
    additionalProperties: false,
    properties: {
      station: withVariables(stationSchema),
      ...Object.fromEntries(loaded.map(({ section, kinds }) => [section, sectionSchema(section, kinds)])),
    },
    $defs: {
      variable: {
        description: '${NAME}, ${NAME:-default} or ${file:path}: replaced when the config is read',
        type: 'string',
        pattern: '\\$\\{',
      },
      ...Object.fromEntries(definitions),
    },
  };
};

type WithSchema = { readonly optionsSchema: JsonSchema };
type NamedKind = readonly [name: string, kind: WithSchema];

const sectionSchema = (section: string, kinds: readonly NamedKind[]): JsonSchema => ({
  type: ['object', 'null'],
  propertyNames: { pattern: managerName.source, maxLength: 64, not: { const: 'station' } },
  additionalProperties: {
    type: 'object',
    required: ['kind'],
    properties: { kind: { enum: kinds.map(([name]) => name) } },
    allOf: kinds.map(([name]) => ({
      if: { properties: { kind: { const: name } }, required: ['kind'] },
      then: { $ref: `#/$defs/${section}.${name}` },
    })),
  },
});

const partSchema = (name: string, optionsSchema: JsonSchema): JsonSchema => {
  const schema = withVariables(optionsSchema);
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return { ...schema, properties: { kind: { const: name }, ...properties } };
};

const annotations: readonly string[] = ['description', 'default', 'title'];

/** An editor sees `${PORT:-5555}` where a number is wanted: every value that is no object or list may be a variable. */
const withVariables = (schema: JsonSchema): JsonSchema => {
  const nested = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, within(keyword, value)]),
  );
  if (!isValue(schema)) return nested;
  const notes = Object.entries(schema).filter(([keyword]) => annotations.includes(keyword));
  const rest = Object.entries(schema).filter(([keyword]) => !annotations.includes(keyword));
  return { ...Object.fromEntries(notes), anyOf: [Object.fromEntries(rest), { $ref: '#/$defs/variable' }] };
};

const isValue = ({ type, enum: choices }: JsonSchema): boolean => {
  const types: readonly Json[] = Array.isArray(type) ? (type as readonly Json[]) : type === undefined ? [] : [type];
  return choices !== undefined || types.some((name) => name !== 'object' && name !== 'array');
};

const within = (keyword: string, value: Json): Json => {
  if (keyword === 'properties' && isJsonObject(value)) return mapValues(value);
  if (keyword === 'propertyNames') return value;
  if (['additionalProperties', 'items'].includes(keyword) && isJsonObject(value)) return withVariables(value);
  if (['anyOf', 'oneOf', 'allOf'].includes(keyword) && Array.isArray(value)) {
    return (value as readonly Json[]).map((branch) => (isJsonObject(branch) ? withVariables(branch) : branch));
  }
  return value;
};

const mapValues = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isJsonObject(schema) ? withVariables(schema) : schema]),
  );
