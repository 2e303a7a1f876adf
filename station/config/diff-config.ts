import { isDeepStrictEqual } from 'node:util';
import type { PartConfigs, StationSettings } from './station-config.js';

/** Names of parts, by what a reload has to do with them. */
export type PartsDiff = {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

/** What is not named here stays as it is, with its peers and its instrument. */
export const diffParts = (before: PartConfigs, after: PartConfigs): PartsDiff => {
  const names = Object.keys(after);
  return {
    added: names.filter((name) => !Object.hasOwn(before, name)),
    changed: names.filter((name) => Object.hasOwn(before, name) && !isDeepStrictEqual(before[name], after[name])),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
  };
};

/** Settings of the station that a reload does not reach; the rest (log level, safe action) counts at once. */
export const needsRestart = (before: StationSettings, after: StationSettings): readonly string[] => {
  const settled: readonly (readonly [string, unknown, unknown])[] = [
    ['station.name', before.name, after.name],
    ['station.log', { ...before.log, level: '' }, { ...after.log, level: '' }],
    ['station.history', before.history, after.history],
  ];
  return settled.filter(([, old, now]) => !isDeepStrictEqual(old, now)).map(([name]) => name);
};
