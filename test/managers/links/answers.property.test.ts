import { expect } from 'chai';
import fc from 'fast-check';
import { AbortableCall } from '../../../core/call.js';
import type { Conversation } from '../../../core/link.js';
import { HardwareError } from '../../../core/errors.js';
import type { Call, Priority } from '../../../core/parameter.js';
import { seededRandom, type Random } from '../../../core/random.js';
import type { LinkHandle } from '../../../managers/links/link-handle.js';
import type { Road } from '../../../managers/links/road.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { FlakyInstrument } from './flaky-instrument.js';
import { linksOver, type LinksOver } from './link-over.js';

const RUNS = 50;
const REQUESTS = 500;
const ANSWER_LIMIT_MS = 120;
const priorities: readonly Priority[] = ['safety', 'command', 'poll'];
/** Everything in the fault table has to have happened, or the test proves nothing. */
const LEAST_OF_EACH = 100;

type Tally = { asked: number; answered: number; fetched: number; wrong: number; codes: Map<string, number> };

/** Two managers that share one instrument, asking at random. */
class Askers {
  readonly tally: Tally = { asked: 0, answered: 0, fetched: 0, wrong: 0, codes: new Map() };
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #links: LinksOver;
  readonly #openQuestions = new WeakMap<LinkHandle, Set<number>>();
  readonly #handles = new Map<number, LinkHandle>();

  constructor(clock: VirtualClock, random: Random, openRoad: () => Road) {
    this.#clock = clock;
    this.#random = random;
    this.#links = linksOver(clock, openRoad);
  }

  /** Asks `count` questions, then closes; gives what the links have counted. */
  async run(count: number): Promise<{ readonly staleAnswers: number; readonly reopened: number }> {
    const asking: Promise<void>[] = [];
    const paceMs = this.#random() * 200;
    while (this.tally.asked < count) {
      await this.#pause(this.#random() * paceMs);
      asking.push(this.#askSomething());
    }
    await Promise.all(asking);
    const [report = { staleAnswers: 0, reopened: 0 }] = this.#links.reports();
    await Promise.all([...this.#handles.values()].map((handle) => handle.close()));
    expect(this.#links.claimed).to.deep.equal([]);
    return report;
  }

  async #askSomething(): Promise<void> {
    const handle = await this.#handle(this.#random() < 0.5 ? 0 : 1);
    if (handle === undefined) return;
    const kind = this.#random();
    if (kind < 0.1) await this.#askTogether(handle);
    else if (kind < 0.15) await this.#noting(handle.write('OUT 5', this.#call().call));
    else await this.#ask(handle, handle);
  }

  /** One question, perhaps aborted in flight; what was given up is perhaps fetched. */
  async #ask(conversation: Conversation, handle: LinkHandle, mayFetch = true): Promise<void> {
    const id = (this.tally.asked += 1);
    const open = this.#openQuestions.get(handle) ?? new Set();
    this.#openQuestions.set(handle, open.add(id));
    const { call, abort } = this.#call();
    const pause = this.#random() < 0.1 ? { answerAfterMs: 30 } : {};
    const asking = conversation.query(`Q${id}?`, call, pause);
    const cancel = this.#random() < 0.1 ? this.#clock.after(this.#random() * 60, abort) : () => undefined;
    const answer = await this.#noting(asking);
    cancel();
    if (answer !== undefined) this.#take('answered', answer === `<${id}>` && open.delete(id));
    else if (mayFetch) await this.#fetch(handle, open);
  }

  /** What is fetched answers a question of the same asker, and one that nothing has answered yet. */
  async #fetch(handle: LinkHandle, open: Set<number>): Promise<void> {
    const answer = await this.#noting(handle.read(this.#call('safety').call));
    if (answer !== undefined) this.#take('fetched', open.delete(Number(answer.slice(1, -1))));
  }

  #take(how: 'answered' | 'fetched', isRight: boolean): void {
    this.tally[how] += 1;
    if (!isRight) this.tally.wrong += 1;
  }

  async #askTogether(handle: LinkHandle): Promise<void> {
    const { call } = this.#call();
    await this.#noting(
      handle.together(async (conversation) => {
        await conversation.write('INST 1', call);
        for (let count = 0; count < 3; count += 1) await this.#ask(conversation, handle, false);
      }, call),
    );
  }

  async #noting<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (thrown) {
      if (!(thrown instanceof HardwareError)) throw thrown;
      this.tally.codes.set(thrown.code, (this.tally.codes.get(thrown.code) ?? 0) + 1);
      return undefined;
    }
  }

  /** Opens again what was lost, as a manager does. */
  async #handle(which: number): Promise<LinkHandle | undefined> {
    const known = this.#handles.get(which);
    if (known !== undefined) return known;
    const opened = await this.#noting(this.#links.open(undefined, { timeoutMs: ANSWER_LIMIT_MS }));
    if (opened === undefined) return undefined;
    this.#handles.set(which, opened);
    opened.lost.subscribe(() => {
      this.#handles.delete(which);
      void opened.close();
    });
    return opened;
  }

  #call(priority = this.#anyPriority()): { readonly call: Call; readonly abort: () => void } {
    const deadline = this.#clock.monotonic() + 20 + this.#random() * 2_000;
    const call = new AbortableCall(deadline, priority);
    return {
      call,
      abort: () => {
        call.abort(new HardwareError('ABORTED', 'made safe'));
      },
    };
  }

  #anyPriority(): Priority {
    return priorities[Math.floor(this.#random() * priorities.length)] ?? 'command';
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(ms, resolve);
    });
  }
}

/** Of 25 000 requests; two seconds here, more on a busy machine. */
const TEST_LIMIT_MS = 60_000;

describe('answers that are late, lost, doubled and cut', function () {
  this.timeout(TEST_LIMIT_MS);
  let stackTraceLimit: number;

  before(() => {
    stackTraceLimit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // a stack for each of so many refusals takes longer than all the rest
  });

  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  for (const [what, roadOf] of [
    ['a road that can be cleared', (instrument: FlakyInstrument) => instrument.messageRoad()],
    ['a raw socket', (instrument: FlakyInstrument) => instrument.socketRoad()],
  ] as const) {
    for (const part of [1, 2]) {
      it(`never go to the wrong question: ${RUNS} runs on ${what}, part ${part}`, async () => {
        const sum = { asked: 0, answered: 0, fetched: 0, wrong: 0, stale: 0, reopened: 0 };
        const codes = new Map<string, number>();
        const run = async (seed: number): Promise<void> => {
          const clock = new VirtualClock();
          const random = seededRandom(seed);
          const instrument = new FlakyInstrument({ clock, random });
          const askers = new Askers(clock, random, () => roadOf(instrument));
          const { staleAnswers, reopened } = await clock.runUntil(askers.run(REQUESTS));
          const { asked, answered, fetched, wrong } = askers.tally;
          expect(wrong).to.equal(0);
          sum.asked += asked;
          sum.answered += answered;
          sum.fetched += fetched;
          sum.stale += staleAnswers;
          sum.reopened += reopened;
          for (const [code, times] of askers.tally.codes) codes.set(code, (codes.get(code) ?? 0) + times);
        };
        const options = { numRuns: RUNS, seed: part, endOnFailure: true };
        await fc.assert(fc.asyncProperty(fc.integer(), run), options);
        expect(sum.asked).to.be.at.least(RUNS * REQUESTS);
        expect(sum.answered).to.be.above(sum.asked / 2);
        for (const happened of [sum.fetched, sum.stale, codes.get('TIMEOUT'), codes.get('ABORTED')]) {
          expect(happened).to.be.above(LEAST_OF_EACH);
        }
      });
    }
  }
});
