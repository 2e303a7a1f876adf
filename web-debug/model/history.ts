import { isJsonObject, type Json } from '../../core/json-value.js';
import { listOf } from './json-list.js';
import type { Point } from './trace.js';

/** The points in a reply of the station's `history` command; what is no point is left out. */
export const historyPoints = (reply: Json): readonly Point[] => {
  return listOf(isJsonObject(reply) ? reply['points'] : undefined).flatMap((entry) => {
    const [timeMs, value] = listOf(entry);
    return typeof timeMs === 'number' ? [[timeMs, plotValue(value ?? null)] as const] : [];
  });
};

/** What a plot can draw of a value: a flag is 0 or 1, what has no height is a gap. */
export const plotValue = (value: Json): number | null => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : null;
};
