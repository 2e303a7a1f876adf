import type { Clock } from './clock.js';
import { problem } from './errors.js';
import type { Command, Failure, OutputBody, Reply } from './message.js';

/** Answers are kept for repeats this long after they were given: enough for a client that reconnects. */
const MAX_AGE_MS = 120_000;
/** What an answer weighs beside its value; thus a session keeps 256 small ones, and all sessions together 4096. */
const ANSWER_BYTES = 1024;
const MAX_SESSION_BYTES = 256 * ANSWER_BYTES;
const MAX_BYTES = 16 * MAX_SESSION_BYTES;
/** Of a larger one is kept that it was given. */
const MAX_VALUE_BYTES = 64 * 1024;
/** Sessions that say nothing any more are looked through this often, by those that do. */
const SWEEP_MS = 1000;
/** Repeats that may wait for one running command; nobody repeats a command so often and means well. */
const MAX_JOINED = 64;

type Id = string | number;
type Publish = (body: OutputBody) => void;
/** Of an answer what a repeat needs. The whole of it, kept, would double the work of the garbage collector. */
type Outcome = (command: Command) => OutputBody;
type Entry = {
  readonly reference: number;
  readonly publish: Publish;
  joined: readonly Command[];
  outcome: Outcome | undefined;
  /** False: it never ran, so that a repeat is to run. */
  isKept: boolean;
};
type Aged = { readonly id: Id; readonly answeredAt: number; readonly bytes: number };
/** Its answered ids from `oldest` to `next`. A ring: to find the oldest of a Map that is always being emptied and refilled
 *  costs more than the rest of the way through the gate (12 us). */
type Session = { readonly entries: Map<Id, Entry>; readonly ages: Aged[]; oldest: number; next: number; bytes: number };

const RING = MAX_SESSION_BYTES / ANSWER_BYTES;

const tooManyRepeats = problem(
  'QUEUE_FULL',
  `${MAX_JOINED} repeats of this command are waiting for its answer already`,
);

/** A command with a client `id` runs once per (session, id): a repeat joins the running one or gets the stored answer.
 *  Never by content: Online repeats its last message byte for byte and means it. */
export class Deduplicator {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  #bytes = 0;
  #sweptAt: number;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#sweptAt = clock.monotonic();
  }

  /** Stored ids: those answered, at most 256 of a session and 4096 of all, and those still running. */
  get size(): number {
    let size = 0;
    for (const { entries } of this.#sessions.values()) size += entries.size;
    return size;
  }

  /** Whether it repeats one that runs, or whose answer is stored. */
  knows(command: Command): boolean {
    if (command.id === undefined) return false;
    const name = sessionOf(command);
    this.#forgetOld(name);
    return this.#sessions.get(name)?.entries.has(command.id) ?? false;
  }

  /** `new`: run it; `repeat`: it has been or will be answered from the first one. */
  claim(command: Command, publish: Publish): 'new' | 'repeat' {
    const { id, reference } = command;
    if (id === undefined) return 'new';
    const name = sessionOf(command);
    this.#forgetOld(name);
    const { entries } = this.#session(name);
    const entry = entries.get(id);
    if (entry === undefined) {
      entries.set(id, { reference, publish, joined: noCommands, outcome: undefined, isKept: true });
      return 'new';
    }
    if (entry.outcome !== undefined) publish(entry.outcome(command));
    else if (entry.joined.length < MAX_JOINED) entry.joined = [...entry.joined, command];
    else publish({ type: 'failure', command, problem: tooManyRepeats });
    return 'repeat';
  }

  /** It is going to be refused without having run: those who joined hear so, a later repeat runs. */
  neverRan(command: Command): void {
    const { id, reference } = command;
    if (id === undefined) return;
    const entry = this.#sessions.get(sessionOf(command))?.entries.get(id);
    if (entry?.reference === reference) entry.isKept = false;
  }

  /** Stores the answer and passes it on to those who joined. */
  settle(answer: Reply | Failure): void {
    const { id, reference } = answer.command;
    if (id === undefined) return;
    const name = sessionOf(answer.command);
    const session = this.#sessions.get(name);
    const entry = session?.entries.get(id);
    // An answer to a repeat is not the answer.
    if (session === undefined || entry?.reference !== reference || entry.outcome !== undefined) return;
    const outcome = outcomeOf(answer);
    const { joined } = entry;
    entry.joined = noCommands;
    if (entry.isKept) this.#store(name, session, entry, answer);
    else this.#drop(name, session, id);
    for (const command of joined) entry.publish(outcome(command));
  }

  #store(name: string, session: Session, entry: Entry, answer: Reply | Failure): void {
    const { id } = answer.command;
    if (id === undefined) return;
    const valueBytes = sizeOf(answer);
    const isLarge = valueBytes > MAX_VALUE_BYTES;
    entry.outcome = isLarge ? tooLarge(valueBytes) : outcomeOf(answer);
    const bytes = ANSWER_BYTES + (isLarge ? 0 : valueBytes);
    while (session.bytes + bytes > MAX_SESSION_BYTES) this.#forgetOldest(name, session);
    while (this.#bytes + bytes > MAX_BYTES) this.#forgetOfLargest();
    session.ages[session.next++ % RING] = { id, answeredAt: this.#clock.monotonic(), bytes };
    session.bytes += bytes;
    this.#bytes += bytes;
  }

  #session(name: string): Session {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session: Session = { entries: new Map(), ages: [], oldest: 0, next: 0, bytes: 0 };
    this.#sessions.set(name, session);
    return session;
  }

  #forgetOld(name: string): void {
    const now = this.#clock.monotonic();
    const limit = now - MAX_AGE_MS;
    const own = this.#sessions.get(name);
    if (own !== undefined) this.#forgetBefore(limit, name, own);
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [other, session] of this.#sessions) this.#forgetBefore(limit, other, session);
  }

  #forgetBefore(limit: number, name: string, session: Session): void {
    while (session.next > session.oldest && (session.ages[session.oldest % RING]?.answeredAt ?? limit) < limit)
      this.#forgetOldest(name, session);
  }

  /** The session that keeps most pays: none can push out what a smaller one keeps. */
  #forgetOfLargest(): void {
    let largest: readonly [string, Session] | undefined;
    for (const one of this.#sessions) if (largest === undefined || one[1].bytes > largest[1].bytes) largest = one;
    if (largest !== undefined) this.#forgetOldest(...largest);
  }

  #forgetOldest(name: string, session: Session): void {
    const oldest = session.ages[session.oldest++ % RING];
    if (oldest === undefined) return;
    session.bytes -= oldest.bytes;
    this.#bytes -= oldest.bytes;
    this.#drop(name, session, oldest.id);
  }

  #drop(name: string, { entries }: Session, id: Id): void {
    entries.delete(id);
    if (entries.size === 0) this.#sessions.delete(name);
  }
}

const noCommands: readonly Command[] = [];

/** A name of a session cannot be taken for a connection: the one is prefixed. */
const sessionOf = ({ origin: { session, connector, peer } }: Command): string =>
  session === undefined ? `${connector} ${peer}` : `session ${session}`;

const outcomeOf = (answer: Reply | Failure): Outcome => {
  if (answer.type === 'reply') {
    const { value } = answer;
    return (command) => ({ type: 'reply', command, value });
  }
  const { problem: reason } = answer;
  return (command) => ({ type: 'failure', command, problem: reason });
};

/** The size of a value, in characters as JSON; of what is tiny nothing is counted. */
const sizeOf = (answer: Reply | Failure): number => {
  if (answer.type === 'failure') return answer.problem.message.length;
  const { value } = answer;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return 0;
  return JSON.stringify(value).length;
};

const tooLarge =
  (bytes: number): Outcome =>
  (command) => ({
    type: 'failure',
    command,
    problem: problem(
      'TOO_LARGE',
      `it was done and answered; its answer of ${bytes} bytes is not kept for repeats, the limit is ${MAX_VALUE_BYTES}`,
    ),
  });
