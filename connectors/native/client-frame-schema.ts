import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from '../../core/json-value.js';

/** schemas/native/client-frame.schema.json, for `clientFrameReader`. */
export const clientFrameSchema = (): JsonSchema =>
  JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('#schemas/native/client-frame.schema.json')), 'utf8'),
  ) as JsonSchema;
