import type { Output, Reading } from '../message.js';

type Position = { readonly epoch: number; readonly seq: number };

/** Where a subscriber stands on each topic: sees gaps and repeats by epoch, seq and previous, keeps the newest readings. */
export class Continuity {
  readonly #positions = new Map<string, Position>();
  readonly #newest = new Map<string, Reading>();
  #gaps = 0;

  /** Times that something was missing on a topic, whatever the reason. */
  get gaps(): number {
    return this.#gaps;
  }

  /** The newest reading of each topic: the last snapshot and what came after it. */
  get newest(): ReadonlyMap<string, Reading> {
    return this.#newest;
  }

  /** Takes the next output of a topic; false: it, or a newer one, was here before. */
  follow(output: Output): boolean {
    const { topic, epoch, seq, previous } = output;
    const last = this.#positions.get(topic);
    const isSameEpoch = last?.epoch === epoch;
    if (isSameEpoch && seq <= last.seq) return false;
    const expected = isSameEpoch ? last.seq : 0;
    if (last !== undefined && previous !== expected) this.#gaps += 1;
    this.#positions.set(topic, { epoch, seq });
    if (output.type === 'reading') this.#newest.set(topic, output);
    return true;
  }

  /** Takes a snapshot: what it does not hold is no longer there. Returns the readings that are new. */
  adopt(readings: readonly Reading[]): readonly Reading[] {
    const news = readings.filter(({ topic, epoch, seq }) => {
      const last = this.#positions.get(topic);
      return last?.epoch !== epoch || seq > last.seq;
    });
    this.#newest.clear();
    for (const reading of readings) {
      this.#newest.set(reading.topic, reading);
      this.#positions.set(reading.topic, { epoch: reading.epoch, seq: reading.seq });
    }
    return news;
  }

  /** Another subscription: what was not listened to cannot be missing. */
  forget(): void {
    this.#positions.clear();
  }
}
