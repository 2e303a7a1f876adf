import type { BuiltInCommand } from './command-table.js';
import { problem, type Problem } from './errors.js';
import type { ChannelId } from './message.js';
import type { Call } from './parameter.js';

export type BuiltInActions = {
  readonly abort: (channel: ChannelId | undefined, reason: Problem) => number;
  readonly makeSafe: (call: Call) => Promise<void>;
  readonly refresh: (channel: ChannelId | undefined, parameter: string | undefined, call: Call) => Promise<number>;
};

/** Making safe may have to wait for a slow link; beyond this it has failed. */
const MAKE_SAFE_TIMEOUT_MS = 30_000;

/** What every manager can do: stop what runs, become safe, read now. */
export const builtInCommands = <Driver, Channel>(
  actions: BuiltInActions,
): Record<string, BuiltInCommand<Driver, Channel>> => ({
  abort: {
    description: 'Ends what runs and what waits, on one channel or on all; changes no output',
    arguments: {},
    busy: 'concurrent',
    target: 'either',
    isUrgent: true,
    timeoutMs: () => 1_000,
    execute: ({ channel, origin }) => {
      const aborted = actions.abort(
        channel,
        problem('ABORTED', `aborted by ${origin.name ?? `${origin.connector} ${origin.peer}`}`),
      );
      return Promise.resolve({ aborted });
    },
  },
  makeSafe: {
    description: 'Ends what runs and brings the device to its safe state',
    arguments: {},
    busy: 'reject',
    busyScope: 'manager',
    target: 'manager',
    isUrgent: true,
    timeoutMs: () => MAKE_SAFE_TIMEOUT_MS,
    execute: async (_command, call) => {
      await actions.makeSafe(call);
      return {};
    },
  },
  refresh: {
    description: 'Reads from the instrument now, not at the next poll, and publishes what it said',
    arguments: {
      parameter: {
        description: 'Which one; all when it is left out',
        schema: { type: 'string', maxLength: 128 },
        isOptional: true,
      },
    },
    busy: 'concurrent',
    target: 'either',
    timeoutMs: () => MAKE_SAFE_TIMEOUT_MS,
    execute: async ({ channel, arguments: { parameter } }, call) => ({
      read: await actions.refresh(channel, typeof parameter === 'string' ? parameter : undefined, call),
    }),
  },
});
