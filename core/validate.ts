import type { Json, JsonSchema } from './json-value.js';

/** One thing wrong with a value: where (`/limits/voltage`), which schema keyword, and a sentence. */
export type SchemaViolation = {
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
  readonly params: { readonly [name: string]: unknown };
};

/** Checks a value; no violations means it fits. */
export type Validator = (value: Json | undefined) => readonly SchemaViolation[];

/** Compiles a schema into a validator; ajv stands behind it (`schemas/compiler.ts`) and is handed in. */
export type SchemaCompiler = (schema: JsonSchema) => Validator;

export const noViolations: readonly SchemaViolation[] = [];
