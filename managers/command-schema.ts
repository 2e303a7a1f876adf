import type { Description } from '../core/description.js';
import { isJsonObject, type JsonObject, type JsonSchema } from '../core/json-value.js';

/** The commands of a manager family as one JSON Schema document, for programs in other languages: what is generated is kept
 *  in `schemas/commands/`, and a test compares. `examples` are whole commands. */
export const commandSchema = (
  { kind, description, commands }: Description,
  examples: readonly JsonObject[],
): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: `Commands of the manager family ${kind}`,
  description: `${description}. Generated from the declaration; see managers/command-schema.ts.`,
  type: 'object',
  oneOf: Object.entries(commands).map(([name, { description: purpose, target, schema, units }]) => ({
    title: name,
    description: purpose,
    type: 'object',
    properties: {
      command: { const: name },
      ...(target === 'manager' ? {} : { channel: { type: ['integer', 'string'] } }),
      arguments: withUnits(schema, units),
    },
    required: target === 'channel' ? ['command', 'channel', 'arguments'] : ['command', 'arguments'],
    additionalProperties: false,
  })),
  examples,
});

/** A schema has no word for units: each description names its own. */
const withUnits = (schema: JsonSchema, units: Readonly<Record<string, string>>): JsonSchema => {
  const { properties } = schema;
  const named = isJsonObject(properties) ? Object.entries(properties) : [];
  const described = named.map(([name, argument]) => {
    const unit = units[name];
    const purpose = isJsonObject(argument) ? argument['description'] : undefined;
    if (unit === undefined || !isJsonObject(argument) || typeof purpose !== 'string') return [name, argument] as const;
    return [name, { ...argument, description: `${purpose}; unit ${unit}` }] as const;
  });
  return { ...schema, properties: Object.fromEntries(described) };
};
