import type { JsonObject, JsonSchema } from '../../core/json-value.js';

export const ref = (schema: string): JsonObject => ({ $ref: `#/components/schemas/${schema}` });
export const parameterRef = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });
export const responseRef = (name: string): JsonObject => ({ $ref: `#/components/responses/${name}` });

export const jsonContent = (schema: JsonSchema): JsonObject => ({ content: { 'application/json': { schema } } });

/** What every route may answer besides; `code` in the body tells them apart. */
export const failures: JsonObject = { default: responseRef('Problem') };
