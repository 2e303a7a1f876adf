/** One point of a plot: epoch ms and value; null where the instrument could not say. */
export type Point = readonly [timeMs: number, value: number | null];

/** The points of one channel in order of time, bounded. When it is full, the older half is thinned to a half: recent points
 *  stay exact, the past gets coarser, and no peak is lost. */
export class Trace {
  #maxPoints: number;
  #points: Point[] = [];

  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
  }

  /** Oldest first. */
  get points(): readonly Point[] {
    return this.#points;
  }

  get last(): Point | undefined {
    return this.#points.at(-1);
  }

  /** Changes the bound; a smaller one takes effect with the next point. */
  allow(maxPoints: number): void {
    this.#maxPoints = maxPoints;
  }

  /** A point that is not newer than the last one is dropped: the snapshot repeats what is known. */
  push(point: Point): void {
    const last = this.last;
    if (last !== undefined && point[0] <= last[0]) return;
    this.#points.push(point);
    this.#thinWhenFull();
  }

  /** Takes in points from before the page was opened, or from while it was disconnected. What is here already stays. */
  merge(older: readonly Point[]): void {
    this.#points = mergePoints(older, this.#points);
    this.#thinWhenFull();
  }

  #thinWhenFull(): void {
    while (this.#points.length > this.#maxPoints) {
      const half = Math.floor(this.#points.length / 2);
      const thinned = thin(this.#points.slice(0, half), Math.ceil(half / 2));
      this.#points = thinned.concat(this.#points.slice(half));
    }
  }
}

/** Two lists in order of time, into one; for the same time the second list wins. */
export const mergePoints = (older: readonly Point[], newer: readonly Point[]): Point[] => {
  const times = new Set(newer.map(([timeMs]) => timeMs));
  const missing = older.filter(([timeMs]) => !times.has(timeMs));
  return [...missing, ...newer].sort(([one], [other]) => one - other);
};

/** Lowest, highest, and a gap. */
const POINTS_OF_GROUP = 3;

/** At most `maxPoints` of these points: each group keeps its lowest and its highest in their order; a group with a gap keeps one. */
export const thin = (points: readonly Point[], maxPoints: number): Point[] => {
  if (points.length <= maxPoints) return [...points];
  const groups = Math.max(1, Math.floor(maxPoints / POINTS_OF_GROUP));
  const groupSize = Math.ceil(points.length / groups);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += groupSize) {
    keepOfGroup(kept, points, start, Math.min(start + groupSize, points.length));
  }
  return kept;
};

const keepOfGroup = (kept: Point[], points: readonly Point[], start: number, end: number): void => {
  let lowest: number | undefined;
  let highest: number | undefined;
  let gap: number | undefined;
  for (let index = start; index < end; index += 1) {
    const value = points[index]?.[1] ?? null;
    if (value === null) gap ??= index;
    else {
      if (lowest === undefined || value < (points[lowest]?.[1] ?? value)) lowest = index;
      if (highest === undefined || value > (points[highest]?.[1] ?? value)) highest = index;
    }
  }
  const indices = new Set([lowest, highest, gap].filter((index) => index !== undefined));
  for (const index of [...indices].sort((one, other) => one - other)) {
    const point = points[index];
    if (point !== undefined) kept.push(point);
  }
};

/** The points to draw between two times, with one neighbour on each side so that the line reaches the edge. */
export const visible = (points: readonly Point[], fromMs: number, toMs: number, maxPoints: number): Point[] => {
  const first = Math.max(0, firstAtOrAfter(points, fromMs) - 1);
  const end = Math.min(points.length, firstAtOrAfter(points, toMs) + 1);
  return thin(points.slice(first, end), maxPoints);
};

const firstAtOrAfter = (points: readonly Point[], timeMs: number): number => {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
};
