import type { Clock } from './clock.js';
import { problem } from './errors.js';
import type { Command, Failure, OutputBody, Reply } from './message.js';

/** Answers kept for repeats: this many, and this long after they were given. Enough for a client that reconnects. */
const MAX_STORED = 1024;
const MAX_AGE_MS = 120_000;
/** Repeats that may wait for one running command; nobody repeats a command so often and means well. */
const MAX_JOINED = 64;

type Answer = Reply | Failure;
type Publish = (body: OutputBody) => void;
type Open = { readonly reference: number; readonly joined: Command[]; readonly publish: Publish };
type Aged = { readonly key: string; readonly answeredAt: number };

const tooManyRepeats = problem(
  'QUEUE_FULL',
  `${MAX_JOINED} repeats of this command are waiting for its answer already`,
);

/** A command with a client `id` runs once per (session, id): a repeat joins the running one or gets the stored answer.
 *  Never by content: Online repeats its last message byte for byte and means it. */
export class Deduplicator {
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();
  readonly #answers = new Map<string, Answer>();
  /** The keys of the answers, oldest first from `#oldest` on. A ring: to find the oldest of a Map that is always being
   *  emptied and refilled costs more than the rest of the way through the gate (12 us). */
  readonly #ages: Aged[] = [];
  #oldest = 0;
  #next = 0;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Stored ids; at most 1024 that are answered, beside those still running. */
  get size(): number {
    return this.#open.size + this.#answers.size;
  }

  /** `new`: run it; `repeat`: it has been or will be answered from the first one. */
  claim(command: Command, publish: Publish): 'new' | 'repeat' {
    this.#forgetOld();
    const key = keyOf(command);
    const open = this.#open.get(key);
    if (open !== undefined) {
      if (open.joined.length < MAX_JOINED) open.joined.push(command);
      else publish({ type: 'failure', command, problem: tooManyRepeats });
      return 'repeat';
    }
    const answer = this.#answers.get(key);
    if (answer !== undefined) {
      publish(answerTo(command, answer));
      return 'repeat';
    }
    this.#open.set(key, { reference: command.reference, joined: [], publish });
    return 'new';
  }

  /** Stores the answer and passes it on to those who joined. */
  settle(answer: Answer): void {
    const { command } = answer;
    if (command.id === undefined) return;
    const key = keyOf(command);
    const open = this.#open.get(key);
    // The refusal of one repeat too many is not the answer.
    if (open?.reference !== command.reference) return;
    this.#open.delete(key);
    this.#store(key, answer);
    for (const joined of open.joined) open.publish(answerTo(joined, answer));
  }

  #store(key: string, answer: Answer): void {
    if (this.#answers.size >= MAX_STORED) this.#forgetOldest();
    this.#answers.set(key, answer);
    this.#ages[this.#next++ % MAX_STORED] = { key, answeredAt: this.#clock.monotonic() };
  }

  #forgetOld(): void {
    const limit = this.#clock.monotonic() - MAX_AGE_MS;
    while (this.#answers.size > 0 && (this.#ages[this.#oldest % MAX_STORED]?.answeredAt ?? limit) < limit)
      this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#ages[this.#oldest++ % MAX_STORED];
    if (oldest !== undefined) this.#answers.delete(oldest.key);
  }
}

const keyOf = ({ origin: { session, connector, peer }, id }: Command): string => {
  const who = session ?? `${connector} ${peer}`;
  return `${who.length} ${who} ${typeof id} ${id}`;
};

const answerTo = (command: Command, answer: Answer): OutputBody =>
  answer.type === 'reply'
    ? { type: 'reply', command, value: answer.value }
    : { type: 'failure', command, problem: answer.problem };
