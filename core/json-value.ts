/** What a JSON text can hold; a bigint stands for an integer beyond 2^53. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** A JSON Schema document (draft 2020-12 where it is ours, draft-07 where a foreign program wrote it). */
export type JsonSchema = JsonObject;

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
