/** One protection: trips when its condition has held for its delay without a break, and stays so until it is cleared. */
export class TripTimer {
  #heldMs = 0;
  #isTripped = false;

  get isTripped(): boolean {
    return this.#isTripped;
  }

  step(isHeld: boolean, delayMs: number, ms: number): void {
    this.#heldMs = isHeld ? this.#heldMs + ms : 0;
    if (isHeld && this.#heldMs >= delayMs) this.#isTripped = true;
  }

  clear(): void {
    this.#isTripped = false;
    this.#heldMs = 0;
  }
}
