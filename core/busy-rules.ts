import type { Command } from './message.js';
import type { BusyPolicy } from './parameter.js';

/** How one command behaves towards the others. */
export type CommandTraits = {
  readonly busy: BusyPolicy;
  readonly busyScope: 'channel' | 'manager';
  readonly isUrgent: boolean;
  /** Ends what runs and waits in its scope, and runs at once. */
  readonly preempts?: boolean;
  readonly timeoutMs: number;
};

export type Waiting = { readonly command: Command; readonly traits: CommandTraits };

/** Never kept waiting: reads, and what makes things stop or safe. */
export const skipsBusy = ({ isUrgent, busy, preempts }: CommandTraits): boolean =>
  isUrgent || busy === 'concurrent' || preempts === true;

/** Keeps others waiting: nothing new starts on a channel that is being set, or made safe. */
export const holdsOthers = ({ busy }: CommandTraits): boolean => busy !== 'concurrent';

/** What names no channel concerns all of them. */
export const overlap = (one: Waiting, other: Waiting): boolean =>
  one.traits.busyScope === 'manager' ||
  other.traits.busyScope === 'manager' ||
  one.command.channel === undefined ||
  other.command.channel === undefined ||
  one.command.channel === other.command.channel;
