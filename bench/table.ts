/** One figure with its goal; `isReached` undefined: reported only. */
export type Figure = {
  readonly what: string;
  readonly value: string;
  readonly baseline: string;
  readonly goal: string;
  readonly isReached: boolean | undefined;
};

const columns = ['what', 'value', 'baseline', 'goal', 'reached'] as const;

export const printTable = (figures: readonly Figure[]): string => {
  const rows = figures.map(({ what, value, baseline, goal, isReached }) => [
    what,
    value,
    baseline,
    goal,
    isReached === undefined ? '' : isReached ? 'yes' : 'NO',
  ]);
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};
