import type { Bus } from '../../core/bus.js';
import { HardwareError } from '../../core/errors.js';
import type { HardwareManager } from '../../core/manager.js';
import { readingTopic, type ChannelId, type Reading } from '../../core/message.js';
import type { OutputStream } from '../../core/output-stream.js';

/** Parameters of a route, decoded; the router has found those that the route names. */
export type PlaceParams = { readonly manager: string; readonly channel?: string; readonly parameter?: string };

/** What a path speaks of. */
export type Place = {
  readonly manager: HardwareManager;
  readonly stream: OutputStream;
  readonly channel: ChannelId | undefined;
};

/** Throws UNKNOWN_MANAGER or UNKNOWN_CHANNEL, naming what there is. */
export const placeOf = (bus: Bus, { manager: name, channel }: PlaceParams): Place => {
  const manager = bus.manager(name);
  if (manager === undefined) {
    const names = bus.managers.map((known) => known.name).join(', ');
    throw new HardwareError('UNKNOWN_MANAGER', `there is no manager "${shown(name)}"; there are: ${names}`);
  }
  const stream = bus.streamOf(name);
  if (channel === undefined) return { manager, stream, channel };
  const known = manager.resolveChannel(channel);
  if (known !== undefined) return { manager, stream, channel: known };
  const ids = manager.describe().channels.map(({ id }) => id);
  const there = ids.length === 0 ? 'none' : ids.join(', ');
  throw new HardwareError('UNKNOWN_CHANNEL', `${name} has no channel "${shown(channel)}"; it has: ${there}`);
};

/** The newest reading at a place; undefined: it has not been read in this epoch. */
export const newestAt = ({ manager, stream, channel }: Place, parameter: string): Reading | undefined =>
  stream.newest(readingTopic(manager.name, channel, parameter));

/** A path without `/channels/...` is all of a manager. */
export const readingsAt = ({ stream, channel }: Place): readonly Reading[] => {
  const all = stream.snapshot();
  return channel === undefined ? all : all.filter((reading) => reading.channel === channel);
};

export const shown = (text: string): string => text.slice(0, 64);
