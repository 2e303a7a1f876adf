/** Time and value; NaN is a reading that could not be had. */
export type Visit = (timeMs: number, value: number) => void;

const FIRST_LENGTH = 64;

/** The newest `capacity` points in two plain arrays of numbers: 16 bytes a point, taken as they are needed. */
export class Ring {
  readonly #capacity: number;
  #times = new Float64Array(FIRST_LENGTH);
  #values = new Float64Array(FIRST_LENGTH);
  #start = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get oldestMs(): number | undefined {
    return this.#size === 0 ? undefined : this.#times[this.#start];
  }

  push(timeMs: number, value: number): void {
    if (this.#capacity === 0) return;
    if (this.#size === this.#times.length && this.#size < this.#capacity) this.#grow();
    const isFull = this.#size === Math.min(this.#capacity, this.#times.length);
    const index = (this.#start + this.#size) % this.#times.length;
    if (isFull) this.#start = (this.#start + 1) % this.#times.length;
    else this.#size += 1;
    this.#times[index] = timeMs;
    this.#values[index] = value;
  }

  /** Oldest first, from `sinceMs` on. */
  forEach(sinceMs: number, visit: Visit): void {
    for (let offset = 0; offset < this.#size; offset += 1) {
      const index = (this.#start + offset) % this.#times.length;
      const timeMs = this.#times[index] ?? NaN;
      if (timeMs >= sinceMs) visit(timeMs, this.#values[index] ?? NaN);
    }
  }

  #grow(): void {
    const length = Math.min(this.#capacity, this.#times.length * 2);
    const [times, values] = [new Float64Array(length), new Float64Array(length)];
    for (let offset = 0; offset < this.#size; offset += 1) {
      const index = (this.#start + offset) % this.#times.length;
      times[offset] = this.#times[index] ?? NaN;
      values[offset] = this.#values[index] ?? NaN;
    }
    this.#times = times;
    this.#values = values;
    this.#start = 0;
  }
}
