import { roundTripBoundsMs, type LinkReport } from '../../core/link.js';
import type { RequestLine } from './request-line.js';

type Counts = { -readonly [Name in keyof LinkReport]: LinkReport[Name] };

const noCounts = {
  requests: 0,
  timeouts: 0,
  staleAnswers: 0,
  reopened: 0,
  sentBytes: 0,
  receivedBytes: 0,
} satisfies Partial<Counts>;

/** What one link has done since it was first opened; it outlives outages, so that they show. */
export class LinkStatistics {
  readonly #resource: string;
  readonly #counts: { -readonly [Name in keyof typeof noCounts]: number } = { ...noCounts };
  readonly #classes: number[] = roundTripBoundsMs.map(() => 0);
  #answers = 0;
  #answersMs = 0;
  #lastProblem: string | undefined;
  #bus: string;
  #refused = 0;

  constructor(resource: string) {
    this.#resource = resource;
    this.#bus = resource;
  }

  count(what: keyof typeof noCounts, by = 1): void {
    this.#counts[what] += by;
  }

  answered(ms: number): void {
    this.#answers += 1;
    this.#answersMs += ms;
    const index = roundTripBoundsMs.findIndex((bound) => ms <= bound);
    if (index !== -1) this.#classes[index] = (this.#classes[index] ?? 0) + 1;
  }

  failed(message: string): void {
    this.#lastProblem = message;
  }

  /** `line`: where its requests stand; undefined while it is not open. */
  report(line: RequestLine | undefined): LinkReport {
    if (line !== undefined) {
      this.#bus = line.name;
      this.#refused = line.refused;
    }
    return {
      resource: this.#resource,
      bus: this.#bus,
      isOpen: line !== undefined,
      waiting: line?.waiting ?? 0,
      oldestMs: Math.round(line?.oldestMs ?? 0),
      refused: this.#refused,
      ...this.#counts,
      roundTrips: { counts: [...this.#classes], count: this.#answers, sumMs: this.#answersMs },
      ...(this.#lastProblem === undefined ? {} : { lastProblem: this.#lastProblem }),
    };
  }
}
