import { expect } from 'chai';
import { toProblem, type Problem } from '../../core/errors.js';
import type { LinksContext } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';

/** A call that may take so long. */
export const callWithin = (ms = 5_000, signal = new AbortController().signal): Call => ({
  signal,
  deadline: systemClock.monotonic() + ms,
});

/** What links are made with; nobody else has the instruments. */
export const linkContext = (boards: LinksContext['boards'] = {}): LinksContext => ({
  clock: systemClock,
  random: seededRandom(1),
  log: new MemoryLog(),
  boards,
  claim: () => () => undefined,
});

/** Why it failed, as it should. */
export const failureOf = async (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => expect.fail('it did not fail'),
    (thrown: unknown) => toProblem(thrown),
  );
