import type { Alarm, Event } from '../../core/message.js';

export type Edge = { readonly serial: number; readonly output: Alarm | Event };

export type Since = {
  readonly edges: readonly Edge[];
  /** False: some of that time are not remembered any more. */
  readonly isComplete: boolean;
};

/** How many are remembered; a busy station says some ten a second. */
const MAX_EDGES = 1_000;

/** The newest alarms and events, for a client that was away for a moment: the newest readings are in the snapshot, and an
 *  answer belongs to who asked. */
export class RecentEdges {
  #edges: Edge[] = [];
  /** Serial of the newest that was forgotten. */
  #forgotten = 0;

  add(edge: Edge): void {
    this.#edges.push(edge);
    if (this.#edges.length < 2 * MAX_EDGES) return;
    this.#forgotten = this.#edges.at(-MAX_EDGES - 1)?.serial ?? 0;
    this.#edges = this.#edges.slice(-MAX_EDGES);
  }

  after(serial: number): Since {
    return { edges: this.#edges.filter((edge) => edge.serial > serial), isComplete: this.#forgotten <= serial };
  }
}
