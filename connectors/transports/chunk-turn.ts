import type { Clock } from '../../core/clock.js';
import { Vigil } from './vigil.js';

/** A clock whose turn of the event loop ends early: what is scheduled while a chunk is being handled runs when that is done,
 *  so that an answer neither waits for the rest of the turn nor costs one. */
export class ChunkTurn {
  readonly clock: Clock;
  #tasks: (() => void)[] = [];
  #isInside = false;
  readonly #vigil: Vigil;

  constructor({ now, monotonic, after, turn }: Clock) {
    this.#vigil = new Vigil({ monotonic, turn });
    this.clock = {
      now,
      monotonic,
      after,
      turn: (task) => {
        if (this.#isInside) this.#tasks.push(task);
        else turn(task);
      },
    };
  }

  begin(): void {
    this.#isInside = true;
  }

  /** A task that throws does not keep the others from running. */
  end(): void {
    this.#isInside = false;
    try {
      for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) task();
    } finally {
      if (this.#tasks.length > 0) this.end();
      else this.#vigil.notice();
    }
  }
}
