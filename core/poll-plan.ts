import type { ChannelId } from './message.js';
import type { Parameter } from './parameter.js';

export type PollItem<Channel> = { readonly parameter: string; readonly channel: Channel };
/** `everyMs` undefined: read once when the instrument comes online. */
export type PollGroup<Channel> = { readonly everyMs: number | undefined; readonly items: readonly PollItem<Channel>[] };

/** What is read together, one after the other: parameters of the same period, channel by channel. */
export const pollPlan = <Driver, Channel extends ChannelId>(
  parameters: Readonly<Record<string, Parameter<Driver, Channel>>>,
  channels: readonly Channel[],
  noChannel: Channel,
): readonly PollGroup<Channel>[] => {
  const groups = new Map<number | undefined, PollItem<Channel>[]>();
  for (const [parameter, { read, pollMs, scope }] of Object.entries(parameters)) {
    if (read === undefined) continue;
    const places = scope === 'manager' ? [noChannel] : channels;
    const items = groups.get(pollMs) ?? [];
    groups.set(pollMs, items);
    for (const channel of places) items.push({ parameter, channel });
  }
  return [...groups].map(([everyMs, items]) => ({ everyMs, items }));
};
