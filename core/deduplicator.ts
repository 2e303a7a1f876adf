import type { Clock } from './clock.js';
import { problem } from './errors.js';
import type { Command, Failure, OutputBody, Reply } from './message.js';

/** Answers kept for repeats: this many, and this long after they were given. Enough for a client that reconnects. */
const MAX_STORED = 1024;
const MAX_AGE_MS = 120_000;
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
};
type Aged = { readonly session: string; readonly id: Id; readonly answeredAt: number };

const tooManyRepeats = problem(
  'QUEUE_FULL',
  `${MAX_JOINED} repeats of this command are waiting for its answer already`,
);

/** A command with a client `id` runs once per (session, id): a repeat joins the running one or gets the stored answer.
 *  Never by content: Online repeats its last message byte for byte and means it. */
export class Deduplicator {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Map<Id, Entry>>();
  /** The answered ones, oldest first from `#oldest` on. A ring: to find the oldest of a Map that is always being emptied
   *  and refilled costs more than the rest of the way through the gate (12 us). */
  readonly #ages: Aged[] = [];
  #oldest = 0;
  #next = 0;
  #open = 0;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Stored ids; at most 1024 that are answered, beside those still running. */
  get size(): number {
    return this.#open + this.#next - this.#oldest;
  }

  /** `new`: run it; `repeat`: it has been or will be answered from the first one. */
  claim(command: Command, publish: Publish): 'new' | 'repeat' {
    if (command.id === undefined) return 'new';
    this.#forgetOld();
    const entries = this.#entriesOf(sessionOf(command));
    const entry = entries.get(command.id);
    if (entry === undefined) {
      entries.set(command.id, { reference: command.reference, publish, joined: noCommands, outcome: undefined });
      this.#open += 1;
      return 'new';
    }
    if (entry.outcome !== undefined) publish(entry.outcome(command));
    else if (entry.joined.length < MAX_JOINED) entry.joined = [...entry.joined, command];
    else publish({ type: 'failure', command, problem: tooManyRepeats });
    return 'repeat';
  }

  /** Stores the answer and passes it on to those who joined. */
  settle(answer: Reply | Failure): void {
    const { id, reference } = answer.command;
    if (id === undefined) return;
    const session = sessionOf(answer.command);
    const entry = this.#sessions.get(session)?.get(id);
    // An answer to a repeat is not the answer.
    if (entry?.reference !== reference || entry.outcome !== undefined) return;
    const outcome = outcomeOf(answer);
    const { joined } = entry;
    entry.outcome = outcome;
    entry.joined = noCommands;
    this.#open -= 1;
    if (this.#next - this.#oldest >= MAX_STORED) this.#forgetOldest();
    this.#ages[this.#next++ % MAX_STORED] = { session, id, answeredAt: this.#clock.monotonic() };
    for (const command of joined) entry.publish(outcome(command));
  }

  #entriesOf(session: string): Map<Id, Entry> {
    const known = this.#sessions.get(session);
    if (known !== undefined) return known;
    const entries = new Map<Id, Entry>();
    this.#sessions.set(session, entries);
    return entries;
  }

  #forgetOld(): void {
    const limit = this.#clock.monotonic() - MAX_AGE_MS;
    while (this.#next > this.#oldest && (this.#ages[this.#oldest % MAX_STORED]?.answeredAt ?? limit) < limit)
      this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#ages[this.#oldest++ % MAX_STORED];
    if (oldest === undefined) return;
    const entries = this.#sessions.get(oldest.session);
    entries?.delete(oldest.id);
    if (entries?.size === 0) this.#sessions.delete(oldest.session);
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
