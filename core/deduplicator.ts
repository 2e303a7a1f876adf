import type { Clock } from './clock.js';
import type { Command, Failure, OutputBody, Reply } from './message.js';

/** Answers kept for repeats: this many, and this long after they were given. Enough for a client that reconnects, small beside one image. */
const MAX_STORED = 1024;
const MAX_AGE_MS = 120_000;

type Answer = Reply | Failure;
type Entry = {
  answeredAt?: number;
  answer?: Answer;
  readonly joined: Command[];
  readonly publish: (body: OutputBody) => void;
};

/** A command with a client `id` runs once per (session, id): a repeat joins the running one or gets the stored answer.
 *  Never by content: Online repeats its last message byte for byte and means it. */
export class Deduplicator {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Stored ids; at most 1024 that are answered, beside those still running. */
  get size(): number {
    return this.#entries.size;
  }

  /** `new`: run it; `repeat`: it has been or will be answered from the first one. */
  claim(command: Command, publish: (body: OutputBody) => void): 'new' | 'repeat' {
    this.#forgetOld();
    const key = keyOf(command);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { joined: [], publish });
      return 'new';
    }
    if (entry.answer === undefined) entry.joined.push(command);
    else publish(answerTo(command, entry.answer));
    return 'repeat';
  }

  /** Stores the answer and passes it on to those who joined. */
  settle(answer: Answer): void {
    if (answer.command.id === undefined) return;
    const key = keyOf(answer.command);
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.answer !== undefined) return;
    entry.answer = answer;
    entry.answeredAt = this.#clock.monotonic();
    // To the end: the answered ones stand in the order of their age.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const command of entry.joined.splice(0)) entry.publish(answerTo(command, answer));
  }

  #forgetOld(): void {
    const oldest = this.#clock.monotonic() - MAX_AGE_MS;
    for (const [key, entry] of this.#entries) {
      if (entry.answeredAt === undefined) continue;
      if (entry.answeredAt >= oldest && this.#entries.size <= MAX_STORED) return;
      this.#entries.delete(key);
    }
  }
}

const keyOf = ({ origin, id }: Command): string =>
  `${origin.session ?? `${origin.connector} ${origin.peer}`}\n${typeof id} ${id}`;

const answerTo = (command: Command, answer: Answer): OutputBody =>
  answer.type === 'reply'
    ? { type: 'reply', command, value: answer.value }
    : { type: 'failure', command, problem: answer.problem };
