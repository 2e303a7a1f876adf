import type { Visit } from './ring.js';

/** Passes on the lowest and the highest point of each stretch of time, in order of time, and the first gap in it: what a
 *  plot cannot do without. At most three points a stretch, unless the times go back. */
export class Extremes {
  readonly #stretchMs: number;
  readonly #emit: Visit;
  #stretch = NaN;
  #lowest: Point | undefined;
  #highest: Point | undefined;
  #gapMs: number | undefined;

  constructor(stretchMs: number, emit: Visit) {
    this.#stretchMs = stretchMs;
    this.#emit = emit;
  }

  push(timeMs: number, value: number): void {
    const stretch = Math.floor(timeMs / this.#stretchMs);
    if (stretch !== this.#stretch) this.flush();
    this.#stretch = stretch;
    if (Number.isNaN(value)) {
      this.#gapMs ??= timeMs;
      return;
    }
    if (this.#lowest === undefined || value < this.#lowest.value) this.#lowest = { timeMs, value };
    if (this.#highest === undefined || value > this.#highest.value) this.#highest = { timeMs, value };
  }

  /** Passes on what the present stretch has so far. */
  flush(): void {
    const points = [this.#lowest, this.#highest === this.#lowest ? undefined : this.#highest];
    if (this.#gapMs !== undefined) points.push({ timeMs: this.#gapMs, value: NaN });
    const found = points.filter((point) => point !== undefined).sort((a, b) => a.timeMs - b.timeMs);
    this.#lowest = this.#highest = this.#gapMs = undefined;
    for (const [index, { timeMs, value }] of found.entries()) {
      if (index === 0 || timeMs !== found[index - 1]?.timeMs) this.#emit(timeMs, value);
    }
  }
}

type Point = { readonly timeMs: number; readonly value: number };
