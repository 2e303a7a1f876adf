import { toProblem } from '../core/errors.js';
import type { JsonObject } from '../core/json-value.js';
import type { Logger } from '../core/log.js';
import { diffParts, type PartsDiff } from './config/diff-config.js';
import type { PartConfigs, StationConfig } from './config/station-config.js';
import type { Parts } from './parts.js';

export type ReloadOptions = {
  readonly parts: Parts;
  readonly before: StationConfig;
  readonly after: StationConfig;
  readonly log: Logger;
};

type Changes = { readonly [section in 'managers' | 'connectors' | 'services']: PartsDiff };
type Undo = () => Promise<void>;
type Step = { readonly what: string; readonly run: () => Promise<void>; readonly undo: Undo };

/** Brings a station from one config to another. What can fail comes first, connectors and services: when one does, all that
 *  was changed is brought back and the reason is thrown. Managers come last, for their instruments must not be let go in vain. */
export const applyReload = async ({ parts, before, after, log }: ReloadOptions): Promise<Changes> => {
  const changes: Changes = {
    managers: diffParts(before.managers, after.managers),
    connectors: diffParts(before.connectors, after.connectors),
    services: diffParts(before.services, after.services),
  };
  const connectors: Table = {
    add: (name, configs) => parts.addConnector(name, configs),
    remove: (name) => parts.removeConnector(name),
  };
  const services: Table = {
    add: (name, configs) => parts.addService(name, configs),
    remove: (name) => parts.removeService(name),
  };
  await allOrNothing(
    [
      ...steps('connector', connectors, changes.connectors, before.connectors, after.connectors),
      ...steps('service', services, changes.services, before.services, after.services),
      ...managerSteps(parts, changes.managers, before.managers, after.managers),
    ],
    log,
  );
  return changes;
};

/** What a client is told, and the log. */
export const changesAsJson = ({ managers, connectors, services }: Changes): JsonObject => ({
  managers: { ...managers },
  connectors: { ...connectors },
  services: { ...services },
});

type Table = {
  readonly add: (name: string, configs: PartConfigs) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
};

/** Old ones go before new ones come: they may want the same port. */
const steps = (
  what: string,
  { add, remove }: Table,
  { added, changed, removed }: PartsDiff,
  before: PartConfigs,
  after: PartConfigs,
): readonly Step[] => [
  ...[...removed, ...changed].map((name) => ({
    what: `${what} ${name}`,
    run: () => remove(name),
    undo: () => add(name, before),
  })),
  ...[...changed, ...added].map((name) => ({
    what: `${what} ${name}`,
    run: () => add(name, after),
    undo: () => remove(name),
  })),
];

const managerSteps = (
  parts: Parts,
  { added, changed, removed }: PartsDiff,
  before: PartConfigs,
  after: PartConfigs,
): readonly Step[] => [
  ...added.map((name) => ({
    what: `manager ${name}`,
    run: () => parts.addManager(name, after),
    undo: () => parts.removeManager(name),
  })),
  ...changed.map((name) => ({
    what: `manager ${name}`,
    run: () => parts.replaceManager(name, after),
    undo: () => parts.replaceManager(name, before),
  })),
  ...removed.map((name) => ({
    what: `manager ${name}`,
    run: () => parts.removeManager(name),
    undo: () => parts.addManager(name, before),
  })),
];

const allOrNothing = async (list: readonly Step[], log: Logger): Promise<void> => {
  const done: Step[] = [];
  try {
    for (const step of list) {
      await step.run();
      done.push(step);
    }
  } catch (thrown) {
    for (const { what, undo } of done.reverse()) {
      await undo().catch((failed: unknown) => {
        log.error('part could not be brought back', { part: what, reason: toProblem(failed).message });
      });
    }
    throw thrown;
  }
};
