import type { CommandTable } from './command-table.js';
import { problem, type Problem } from './errors.js';
import type { ChannelId, Command } from './message.js';

/** A channel as one client writes it and another: `1` and `"1"` are the same. */
export const sameChannel = (one: ChannelId, other: ChannelId): boolean =>
  one === other || (typeof one !== typeof other && String(one) === String(other));

/** What is wrong with command and channel, with what there is instead. */
export const addressProblem = <Driver, Channel extends ChannelId>(
  { manager, command, channel }: Command,
  commands: CommandTable<Driver, Channel>,
  channels: readonly Channel[],
): Problem | undefined => {
  const entry = commands.get(command);
  if (entry === undefined) {
    const text = `${manager} has no command "${command.slice(0, 64)}"; it has: ${[...commands.keys()].join(', ')}`;
    return problem('BAD_COMMAND', text);
  }
  const { target } = entry.description;
  if (channel === undefined) {
    if (target !== 'channel') return undefined;
    return problem('UNKNOWN_CHANNEL', `${manager} ${command} needs a channel; it has: ${listOf(channels)}`);
  }
  if (target === 'manager') {
    return problem('UNKNOWN_CHANNEL', `${manager} ${command} is for the whole manager; leave the channel out`);
  }
  if (channels.some((known) => sameChannel(known, channel))) return undefined;
  const text = `${manager} has no channel "${String(channel).slice(0, 64)}"; it has: ${listOf(channels)}`;
  return problem('UNKNOWN_CHANNEL', text);
};

const listOf = (channels: readonly ChannelId[]): string => (channels.length === 0 ? 'none' : channels.join(', '));
