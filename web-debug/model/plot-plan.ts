import type { Description, ParameterDescription } from '../../core/description.js';
import { readingTopic } from '../../core/message.js';
import { unitText } from './number-text.js';

export type Series = { readonly topic: string; readonly label: string };
/** One plot: what has the same unit shares an axis. */
export type PlotGroup = { readonly unit: string; readonly isFlag: boolean; readonly series: readonly Series[] };

/** More lines than this can no longer be told apart. */
export const MAX_SERIES = 8;

const isPlottable = ({ schema: { type } }: ParameterDescription): boolean =>
  type === 'number' || type === 'integer' || type === 'boolean';

/** Every reading of a manager that has a height, with the channels in their order. */
export const plottable = (description: Description): readonly (Series & { readonly parameter: string })[] =>
  Object.entries(description.parameters).flatMap(([parameter, declared]) => {
    if (!isPlottable(declared)) return [];
    if (declared.scope === 'manager')
      return [{ parameter, topic: readingTopic(description.name, undefined, parameter), label: parameter }];
    return description.channels.map(({ id }) => ({
      parameter,
      topic: readingTopic(description.name, id, parameter),
      label: `${id} ${parameter}`,
    }));
  });

/** What is drawn before anybody has chosen: the first number that is read again and again, of the first channels. */
export const defaultTopics = (description: Description): readonly string[] => {
  const candidates = plottable(description).filter(
    ({ parameter }) => description.parameters[parameter]?.schema['type'] !== 'boolean',
  );
  const polled = candidates.filter(({ parameter }) => description.parameters[parameter]?.pollMs !== undefined);
  const first = (polled[0] ?? candidates[0])?.parameter;
  return candidates
    .filter(({ parameter }) => parameter === first)
    .slice(0, MAX_SERIES)
    .map(({ topic }) => topic);
};

/** The chosen topics, by unit, in the order of the description. */
export const plotGroups = (description: Description, chosen: ReadonlySet<string>): readonly PlotGroup[] => {
  const groups = new Map<string, { unit: string; isFlag: boolean; series: Series[] }>();
  for (const { topic, label, parameter } of plottable(description)) {
    if (!chosen.has(topic)) continue;
    const declared = description.parameters[parameter];
    const isFlag = declared?.schema['type'] === 'boolean';
    const unit = unitText(declared?.unit) ?? (isFlag ? 'off / on' : parameter);
    const group = groups.get(unit) ?? { unit, isFlag, series: [] };
    group.series.push({ topic, label });
    groups.set(unit, group);
  }
  return [...groups.values()];
};
