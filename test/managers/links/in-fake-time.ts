import { HardwareError } from '../../../core/errors.js';
import type { FakeClock } from '../fake-station.js';

const STEP_MS = 10;
const LONG_MS = 20_000;

/** Lets time pass, with all that streams do in it, until `work` is settled. */
export const inFakeTime = async <T>(clock: Pick<FakeClock, 'pass'>, work: Promise<T>): Promise<T> => {
  const pending = new Set([work]);
  const end = (): void => {
    pending.clear();
  };
  work.then(end, end);
  for (let ms = 0; ms < LONG_MS && pending.size > 0; ms += STEP_MS) {
    await clock.pass(STEP_MS);
    await new Promise(setImmediate);
  }
  return work;
};

/** `CODE message` of what it fails with, or `done: value`. */
export const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (value) => `done: ${value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)}`,
    (thrown: unknown) => (thrown instanceof HardwareError ? `${thrown.code} ${thrown.message}` : String(thrown)),
  );
