/** How an instrument can fail its clients. */
export const faultKinds = {
  silent: 'does what it is told, and answers nothing',
  slow: 'answers this much later, ms',
  late: 'answers once so much later that the client has given up, ms',
  garbage: 'answers with bytes that mean nothing',
  partial: 'answers the first half, then falls silent',
  disconnect: 'answers the first half, then cuts the connection',
  'power-cycle': 'is switched off instead of answering, and on again after some ms',
  error: 'puts an entry into its error queue before it answers',
} as const;

export type FaultKind = keyof typeof faultKinds;

export type Fault = {
  readonly kind: FaultKind;
  /** Of `slow`, `late` and `power-cycle`. */
  readonly ms?: number;
  /** Every so many answers. Default 1: all of them. */
  readonly every?: number;
  /** After so many times it is over. Default: never; once for `late`. */
  readonly times?: number;
  /** Of `error`: the entry. */
  readonly code?: number;
  readonly text?: string;
};

export const isFaultKind = (word: string): word is FaultKind => Object.hasOwn(faultKinds, word);

/** Of the kinds that take a time, where none is given. */
export const defaultFaultMs: { readonly [Kind in FaultKind]?: number } = {
  slow: 500,
  late: 3_000,
  'power-cycle': 2_000,
};

/** How far the numbers of a fault go. */
export const faultLimits = {
  ms: { minimum: 0, maximum: 3_600_000 },
  count: { minimum: 1, maximum: 1_000_000 },
  /** SCPI-99, volume 2, 21.8.2: the numbers of errors. */
  code: { minimum: -32_768, maximum: 32_767 },
} as const;

type Armed = { readonly fault: Fault; answers: number; done: number };

/** Decides which answers of an instrument fail, and how. */
export class FaultPlan {
  #armed: Armed[] = [];

  get faults(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  add(fault: Fault): void {
    this.#armed.push({ fault, answers: 0, done: 0 });
  }

  replace(faults: readonly Fault[]): void {
    this.#armed = [];
    for (const fault of faults) this.add(fault);
  }

  /** The faults of the answer that is going to be given now. */
  forAnswer(): readonly Fault[] {
    if (this.#armed.length === 0) return NO_FAULTS;
    const due: Fault[] = [];
    for (const armed of this.#armed) {
      armed.answers += 1;
      if (armed.answers % (armed.fault.every ?? 1) !== 0) continue;
      armed.done += 1;
      due.push(armed.fault);
    }
    this.#armed = this.#armed.filter(({ fault, done }) => done < timesOf(fault));
    return due;
  }
}

const NO_FAULTS: readonly Fault[] = [];

const timesOf = ({ kind, times }: Fault): number => times ?? (kind === 'late' ? 1 : Infinity);
