import type { ChannelId } from './message.js';
import type { Parameter } from './parameter.js';

export type PollItem<Channel> = { readonly parameter: string; readonly channel: Channel };
/** `everyMs` undefined: read once when the instrument comes online. */
export type PollGroup<Channel> = { readonly everyMs: number | undefined; readonly items: readonly PollItem<Channel>[] };

/** The device as it is now: which parameters it has is its own affair. */
export type PollPlaces<Driver, Channel> = {
  readonly driver: Driver;
  readonly channels: readonly Channel[];
  readonly noChannel: Channel;
};

/** What is read together, one after the other: parameters of the same period, those of the whole device first, then channel
 *  by channel, so that what belongs together (voltage and current) is read close together. */
export const pollPlan = <Driver, Channel extends ChannelId>(
  parameters: Readonly<Record<string, Parameter<Driver, Channel>>>,
  { driver, channels, noChannel }: PollPlaces<Driver, Channel>,
): readonly PollGroup<Channel>[] => {
  const readable = Object.entries(parameters).filter(([, { read }]) => read !== undefined);
  const groups = new Map<number | undefined, PollItem<Channel>[]>(readable.map(([, { pollMs }]) => [pollMs, []]));
  const add = (channel: Channel, place: 'channel' | 'manager'): void => {
    for (const [parameter, { pollMs, scope, isAt }] of readable) {
      if ((scope ?? 'channel') !== place || isAt?.(driver, channel) === false) continue;
      groups.get(pollMs)?.push({ parameter, channel });
    }
  };
  add(noChannel, 'manager');
  for (const channel of channels) add(channel, 'channel');
  return [...groups].map(([everyMs, items]) => ({ everyMs, items })).filter(({ items }) => items.length > 0);
};
