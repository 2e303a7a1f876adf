import type { Problem } from './errors.js';
import { refuseExpired } from './expiry.js';
import type { HardwareManager } from './manager.js';
import type { Command } from './message.js';

/** The order of the one gate (ARCHITECTURE, rule 1). Busy-or-queue comes after it, in the manager's input queue. */
export const guardOrder = ['expiry', 'address', 'schema', 'access', 'lock', 'interlock', 'limits'] as const;
export type GuardName = (typeof guardOrder)[number];

/** One question that a command must pass. A new rule is one more guard, put in its place by its name. */
export type Guard = {
  readonly name: GuardName;
  /** `stop`, `abort` and `makeSafe` are not held up by a lock. */
  readonly isSkippedByUrgent?: boolean;
  /** Asked again when a command that had to wait is taken out: the world may have changed. */
  readonly isAskedAgain?: boolean;
  readonly refuse: (command: Command, manager: HardwareManager) => Problem | undefined;
};

const address: Guard = {
  name: 'address',
  refuse: (command, manager) => manager.refuseAddress(command),
};

const schema: Guard = {
  name: 'schema',
  refuse: (command, manager) => manager.refuseArguments(command),
};

const limits: Guard = {
  name: 'limits',
  isAskedAgain: true,
  refuse: (command, manager) => manager.refuseLimits(command),
};

const expiry = (now: () => number): Guard => ({
  name: 'expiry',
  isAskedAgain: true,
  refuse: (command) => refuseExpired(command, now()),
});

/** The guards that exist today; `access`, `lock` and `interlock` are handed in beside them by the station. */
export const standardGuards = (now: () => number): readonly Guard[] => [expiry(now), address, schema, limits];

/** Guards in the order of the gate, whatever order they are listed in. */
export const inGateOrder = (guards: readonly Guard[]): readonly Guard[] =>
  [...guards].sort((a, b) => guardOrder.indexOf(a.name) - guardOrder.indexOf(b.name));
