import type { Bus } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import { toProblem } from '../core/errors.js';
import type { JsonObject } from '../core/json-value.js';
import type { Logger } from '../core/log.js';
import type { HardwareManager } from '../core/manager.js';
import type { Parts } from './parts.js';
import { within } from './within.js';

/** Their sum with the default time of the safe action stays under the 2 s in which a station is to be gone. */
const MANAGERS_MS = 600;
const CONNECTORS_MS = 700;

export type StopOptions = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parts: Parts;
  readonly station: HardwareManager;
  /** Time for the safe action; undefined: there is none. */
  readonly safeActionMs: number | undefined;
};

/** Ends a station in the order that its clients can follow (ARCHITECTURE, rule 10): no new commands, the safe action if one is
 *  configured, managers with what runs on them, then connectors, which tell their peers. Each step is bounded; never rejects. */
export const orderlyStop = async ({ bus, clock, log, parts, station, safeActionMs }: StopOptions): Promise<void> => {
  bus.close();
  parts.close();
  const step = async (what: string, ms: number, work: readonly Promise<unknown>[]): Promise<void> => {
    const settled = Promise.allSettled(work).then((results) => {
      for (const result of results) {
        if (result.status === 'rejected') log.error(`${what} failed`, { reason: toProblem(result.reason).message });
      }
    });
    if (!(await within(clock, ms, settled))) log.error(`${what} took too long`, { limitMs: ms });
  };
  const { managers } = parts;
  if (safeActionMs !== undefined) {
    await step('safe action', safeActionMs, [makeManagersSafe(managers, clock.monotonic() + safeActionMs, log)]);
  }
  await step(
    'stop of managers',
    MANAGERS_MS,
    [station, ...managers].map((manager) => manager.stop()),
  );
  const rest = [...parts.connectors.values(), ...parts.services.values()];
  await step(
    'stop of connectors',
    CONNECTORS_MS,
    rest.map((part) => part.stop()),
  );
  bus.complete();
};

/** Past the bus, which takes no more commands: for a stop and for a crash. One that fails does not keep the others waiting. */
export const makeManagersSafe = async (
  managers: readonly HardwareManager[],
  deadline: number,
  log: Logger,
): Promise<JsonObject> => {
  const { signal } = new AbortController();
  const results = managers.map(async (manager): Promise<readonly [string, string]> => {
    try {
      await manager.makeSafe({ signal, deadline, priority: 'safety' });
      return [manager.name, 'safe'];
    } catch (thrown) {
      const { code, message } = toProblem(thrown);
      log.error('manager could not be made safe', { manager: manager.name, code, reason: message });
      return [manager.name, message];
    }
  });
  const outcome = Object.fromEntries(await Promise.all(results));
  log.warn('safe action done', { managers: outcome });
  return outcome;
};
