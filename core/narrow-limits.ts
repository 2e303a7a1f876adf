import type { Limits } from './parameter.js';

/** What is inside both. */
export const narrowest = (one: Limits | undefined, other: Limits | undefined): Limits | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  const minimum = Math.max(one.minimum ?? -Infinity, other.minimum ?? -Infinity);
  const maximum = Math.min(one.maximum ?? Infinity, other.maximum ?? Infinity);
  return {
    ...(minimum === -Infinity ? {} : { minimum }),
    ...(maximum === Infinity ? {} : { maximum }),
  };
};

/** Why `wanted` does not narrow `given`, as the end of a sentence; undefined: it does, and leaves something. */
export const notNarrower = (wanted: Limits, given: Limits | undefined, unit: string): string | undefined => {
  const { minimum, maximum } = wanted;
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    return `${minimum}..${maximum} ${unit} lets nothing pass`;
  const lowest = given?.minimum ?? -Infinity;
  const highest = given?.maximum ?? Infinity;
  for (const [name, value] of Object.entries({ minimum, maximum })) {
    if (value === undefined || (value >= lowest && value <= highest)) continue;
    return `${name} ${value} ${unit} is outside ${lowest}..${highest} ${unit}, what the supply can do; a config may only narrow it`;
  }
  return undefined;
};
