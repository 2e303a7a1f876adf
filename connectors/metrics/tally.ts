import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { Json } from '../../core/json-value.js';
import type { Failure, Output } from '../../core/message.js';

/** What a manager has been asked and how it went. */
export type ManagerTally = {
  /** Commands by their outcome: `ok`, or the code of their failure. */
  readonly commands: ReadonlyMap<string, number>;
  /** Errors that the instrument itself reported in answer to commands, by its own numbers: `-222`. */
  readonly instrumentErrors: ReadonlyMap<string, number>;
  /** How often it came online. */
  readonly onlines: number;
};

type Counts = { commands: Map<string, number>; instrumentErrors: Map<string, number>; onlines: number };

const noCounts = (): Counts => ({ commands: new Map(), instrumentErrors: new Map(), onlines: 0 });
/** Numbers of one instrument that are told apart; a broken one may say anything. */
const MAX_ERROR_NUMBERS = 64;

/** Counts what no snapshot remembers: answers and reconnects. Of readings it only sees that they are none of these. */
export class Tally {
  readonly #bus: Bus;
  readonly #counts = new Map<string, Counts>();
  readonly #listening: Subscription;

  constructor(bus: Bus) {
    this.#bus = bus;
    // A port that the config has added later does not see them come.
    for (const { name, state } of bus.managers) if (state === 'online') this.#entry(name).onlines = 1;
    this.#listening = bus.outputs.subscribe((output) => {
      this.#count(output);
    });
  }

  of(manager: string): ManagerTally {
    return this.#counts.get(manager) ?? noCounts();
  }

  close(): void {
    this.#listening.unsubscribe();
  }

  #count(output: Output): void {
    switch (output.type) {
      case 'reply':
        addTo(this.#entry(output.manager).commands, 'ok');
        return;
      case 'failure':
        this.#countFailure(output);
        return;
      case 'event':
        if (output.event === 'online') this.#entry(output.manager).onlines += 1;
        return;
      default:
        return;
    }
  }

  #countFailure({ manager, problem }: Failure): void {
    const { commands, instrumentErrors } = this.#entry(manager);
    addTo(commands, problem.code);
    if (problem.code !== 'DEVICE_FAULT') return;
    const errors = problem.details?.['errors'];
    for (const error of Array.isArray(errors) ? (errors as readonly Json[]) : [problem.code]) {
      const number = numberOf(error);
      if (instrumentErrors.has(number) || instrumentErrors.size < MAX_ERROR_NUMBERS) addTo(instrumentErrors, number);
    }
  }

  #entry(manager: string): Counts {
    const known = this.#counts.get(manager);
    if (known !== undefined) return known;
    this.#forgetGone();
    const fresh = noCounts();
    this.#counts.set(manager, fresh);
    return fresh;
  }

  /** Managers come and go with the config; those that have gone need no count. */
  #forgetGone(): void {
    for (const name of this.#counts.keys()) if (this.#bus.manager(name) === undefined) this.#counts.delete(name);
  }
}

const addTo = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** `-222` of `-222,"Data out of range"`; an error without a number keeps our word for it. */
const numberOf = (error: Json): string =>
  (typeof error === 'string' ? /^[+-]?\d{1,6}/.exec(error)?.[0] : undefined) ?? 'DEVICE_FAULT';
