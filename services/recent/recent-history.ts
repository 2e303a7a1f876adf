import type { Reading } from '../../core/message.js';
import { Extremes } from './extremes.js';
import { Ring, type Visit } from './ring.js';

export type HistoryBounds = {
  /** Newest readings of a parameter that are kept one by one. */
  readonly points: number;
  /** Of older ones the lowest and highest of each such time. */
  readonly bucketMs: number;
  readonly buckets: number;
  /** Parameters that are kept; further ones are counted. */
  readonly parameters: number;
};

export type HistoryQuery = { readonly topic: string; readonly sinceMs: number; readonly maxPoints: number };

/** Null: a reading that could not be had. */
export type HistoryPoint = readonly [timeMs: number, value: number | null];

/** What was read lately, in memory: enough for a plot to begin before its page was opened. Numbers, and flags as 0 and 1;
 *  the archive is another matter. At most 16 bytes x (points + 3 x buckets) x parameters. */
export class RecentHistory {
  readonly #bounds: HistoryBounds;
  readonly #series = new Map<string, Series>();
  #refused = 0;

  constructor(bounds: HistoryBounds) {
    this.#bounds = bounds;
  }

  get topics(): readonly string[] {
    return [...this.#series.keys()];
  }

  /** Readings of parameters beyond the bound. */
  get refused(): number {
    return this.#refused;
  }

  record({ topic, value, quality, timeMs }: Reading): void {
    const known = this.#series.get(topic);
    const number = plottable(value);
    if (known !== undefined) known.push(timeMs, quality === 'bad' ? NaN : (number ?? NaN));
    else if (number !== undefined) this.#begin(topic, timeMs, number);
  }

  /** Oldest first, at most `maxPoints`; undefined: nothing was ever read by that name. */
  query({ topic, sinceMs, maxPoints }: HistoryQuery): readonly HistoryPoint[] | undefined {
    const series = this.#series.get(topic);
    if (series === undefined) return undefined;
    const points: HistoryPoint[] = [];
    series.forEach(sinceMs, (timeMs, value) => points.push(toPoint(timeMs, value)));
    return decimated(points, maxPoints);
  }

  /** Forgets a manager that has been taken out of the config. */
  forget(manager: string): void {
    for (const topic of this.topics) if (topic.startsWith(`${manager}/`)) this.#series.delete(topic);
  }

  #begin(topic: string, timeMs: number, value: number): void {
    if (this.#series.size >= this.#bounds.parameters) {
      this.#refused += 1;
      return;
    }
    const series = new Series(this.#bounds);
    this.#series.set(topic, series);
    series.push(timeMs, value);
  }
}

/** One parameter: fine lately, coarse before. */
class Series {
  readonly #fine: Ring;
  readonly #coarse: Ring;
  readonly #extremes: Extremes;

  constructor({ points, bucketMs, buckets }: HistoryBounds) {
    this.#fine = new Ring(points);
    this.#coarse = new Ring(buckets * 3);
    this.#extremes = new Extremes(bucketMs, (timeMs, value) => {
      this.#coarse.push(timeMs, value);
    });
  }

  push(timeMs: number, value: number): void {
    this.#fine.push(timeMs, value);
    this.#extremes.push(timeMs, value);
  }

  forEach(sinceMs: number, visit: Visit): void {
    const fineSince = this.#fine.oldestMs ?? Infinity;
    this.#coarse.forEach(sinceMs, (timeMs, value) => {
      if (timeMs < fineSince) visit(timeMs, value);
    });
    this.#fine.forEach(sinceMs, visit);
  }
}

const plottable = (value: Reading['value']): number | undefined => {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
};

const toPoint = (timeMs: number, value: number): HistoryPoint => [timeMs, Number.isNaN(value) ? null : value];

/** Lowest, highest and gaps of equal stretches of time, so that no peak is lost; the newest point is always the last. */
export const decimated = (points: readonly HistoryPoint[], maxPoints: number): readonly HistoryPoint[] => {
  const [first, last] = [points[0], points.at(-1)];
  if (points.length <= maxPoints || first === undefined || last === undefined) return points;
  const stretches = Math.max(1, Math.floor((maxPoints - 1) / 3) - 1);
  const kept: HistoryPoint[] = [];
  const extremes = new Extremes(Math.max(1, (last[0] - first[0]) / stretches), (timeMs, value) => {
    kept.push(toPoint(timeMs, value));
  });
  for (const [timeMs, value] of points) extremes.push(timeMs, value ?? NaN);
  extremes.flush();
  const newest = kept.at(-1)?.[0] === last[0] ? kept.slice(0, -1) : kept;
  return [...newest.slice(-(maxPoints - 1)), last];
};
