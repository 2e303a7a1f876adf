import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../core/json-value.js';
import type { Limits } from '../../core/parameter.js';

/** A value that fits the schema and, for a number, the limits. Knows as much of JSON Schema as arguments use. */
export const sampleOf = (schema: JsonSchema, limits: Limits = {}): Json => {
  const { type, enum: choices, anyOf, minimum } = schema;
  if (Array.isArray(choices)) return choices[0] as Json;
  if (Array.isArray(anyOf) && isJsonObject(anyOf[0] as Json)) return sampleOf(anyOf[0] as JsonSchema, limits);
  const [first] = Array.isArray(type) ? (type as readonly Json[]) : [type];
  switch (first) {
    case 'number':
    case 'integer':
      return limits.minimum ?? limits.maximum ?? (typeof minimum === 'number' ? minimum : 1);
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return sampleArguments(schema);
    default:
      return 'text';
  }
};

/** Every required argument of a command, each with a value that is accepted. */
export const sampleArguments = (
  schema: JsonSchema,
  limitsOf: (name: string) => Limits | undefined = () => undefined,
): JsonObject => {
  const { properties, required } = schema;
  const names = Array.isArray(required) ? (required as readonly string[]) : [];
  const schemas = isJsonObject(properties) ? properties : {};
  const sample = (name: string): Json => {
    const known = schemas[name];
    return isJsonObject(known) ? sampleOf(known, limitsOf(name)) : null;
  };
  return Object.fromEntries(names.map((name) => [name, sample(name)]));
};
