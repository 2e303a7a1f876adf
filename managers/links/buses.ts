import type { Clock } from '../../core/clock.js';
import { RequestLine } from './request-line.js';

/** One link on a bus. */
export type Seat = {
  readonly line: RequestLine;
  /** The other resources on the bus. */
  readonly neighbours: () => readonly string[];
  readonly leave: () => void;
};

type Bus = { readonly line: RequestLine; readonly resources: string[] };

/** The buses in use, with the line that everybody on one stands in. */
export class Buses {
  readonly #clock: Clock;
  readonly #buses = new Map<string, Bus>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(name: string, resource: string): Seat {
    const bus = this.#buses.get(name) ?? { line: new RequestLine(name, this.#clock), resources: [] };
    this.#buses.set(name, bus);
    bus.resources.push(resource);
    let isSeated = true;
    return {
      line: bus.line,
      neighbours: () => bus.resources.filter((other) => other !== resource),
      leave: () => {
        if (!isSeated) return;
        isSeated = false;
        bus.resources.splice(bus.resources.indexOf(resource), 1);
        if (bus.resources.length === 0) this.#buses.delete(name);
      },
    };
  }
}
