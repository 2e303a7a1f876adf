import type { Json } from '../../core/json-value.js';

/** The items of a JSON list; none where there is no list. `Array.isArray` alone forgets what a readonly list holds. */
export const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
