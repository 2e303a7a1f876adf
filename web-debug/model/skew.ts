/** A clock that was set right is noticed after two of these. */
const WINDOW_MS = 30_000;

/** The difference between the station's clock and the page's, learned from fresh messages: the smallest delay seen lately.
 *  It is off by the fastest way between the two, a few milliseconds. */
export class Skew {
  #windowStartMs = 0;
  #current = Infinity;
  #before = Infinity;

  /** A message that left the station at `stationMs` (its clock) has come at `hereMs` (ours). */
  learn(stationMs: number, hereMs: number): void {
    if (Math.abs(hereMs - this.#windowStartMs) > WINDOW_MS) {
      this.#before = this.#current;
      this.#current = Infinity;
      this.#windowStartMs = hereMs;
    }
    this.#current = Math.min(this.#current, hereMs - stationMs);
  }

  /** The station's time at our `hereMs`. */
  stationTime(hereMs: number): number {
    const delay = Math.min(this.#current, this.#before);
    return Number.isFinite(delay) ? hereMs - delay : hereMs;
  }

  reset(): void {
    this.#windowStartMs = 0;
    this.#current = Infinity;
    this.#before = Infinity;
  }
}
