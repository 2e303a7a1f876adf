import type { Cancel, Clock } from '../../core/clock.js';
import type { Reading } from '../../core/message.js';
import { topicFrame } from './topic-frame.js';

/** At most ten rounds a second, however often subscribers come and go. */
export const SNAPSHOT_PAUSE_MS = 100;
/** Prefixes that may wait for the next round; beyond them it is a round of everything. */
export const MAX_ASKED_PREFIXES = 64;

export type SnapshotsOptions = {
  readonly clock: Clock;
  /** The newest reading of every parameter. */
  readonly snapshot: () => readonly Reading[];
  /** The newest reading of a topic as it is now; undefined: there is none any more. */
  readonly newest: (reading: Reading) => Reading | undefined;
  readonly send: (reading: Reading) => void;
  /** Readings that go out in one turn of the event loop: well below the high-water mark, for what is over it is lost. */
  readonly sliceSize: number;
};

/** Repeats the newest readings for subscribers that have just come. A PUB socket cannot speak to one alone, so all who share
 *  the prefix hear it: what is asked for in one turn goes out in one round, and rounds keep a distance. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #asked = new Set<string>();
  #waiting: readonly Reading[] = [];
  #isRunning = false;
  #isStopped = false;
  #cancelPause: Cancel = () => undefined;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  ask(prefix: string): void {
    this.#asked.add(prefix);
    if (this.#asked.size > MAX_ASKED_PREFIXES) {
      this.#asked.clear();
      this.#asked.add('');
    }
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#options.clock.turn(() => {
      this.#beginRound();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelPause();
  }

  #beginRound(): void {
    const prefixes = [...this.#asked];
    this.#asked.clear();
    this.#waiting = this.#options
      .snapshot()
      .filter(({ topic }) => prefixes.some((prefix) => topicFrame(topic).startsWith(prefix)));
    this.#sendSlice();
  }

  /** Each topic with what is newest when its turn comes: a reading from the start of the round would come behind newer ones. */
  #sendSlice(): void {
    if (this.#isStopped) return;
    const { sliceSize, newest, send, clock } = this.#options;
    for (const reading of this.#waiting.slice(0, sliceSize)) {
      const current = newest(reading);
      if (current !== undefined) send(current);
    }
    this.#waiting = this.#waiting.slice(sliceSize);
    if (this.#waiting.length > 0)
      clock.turn(() => {
        this.#sendSlice();
      });
    else
      this.#cancelPause = clock.after(SNAPSHOT_PAUSE_MS, () => {
        this.#endPause();
      });
  }

  #endPause(): void {
    this.#isRunning = false;
    const [next] = this.#asked;
    if (next !== undefined) this.ask(next);
  }
}
