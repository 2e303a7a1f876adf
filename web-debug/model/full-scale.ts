import type { ChannelDescription, Description } from '../../core/description.js';

/** The largest value of a unit that a channel can be asked for, by its limits; undefined: it has none. */
export const fullScale = (
  { commands }: Description,
  channel: ChannelDescription | undefined,
  unit: string | undefined,
): number | undefined => {
  const sizes = Object.entries(channel?.limits ?? {}).flatMap(([place, { minimum, maximum }]) => {
    const [command = '', argument = ''] = place.split('.');
    if (unit === undefined || commands[command]?.units[argument] !== unit) return [];
    return [minimum, maximum].filter((limit) => limit !== undefined).map(Math.abs);
  });
  return sizes.length === 0 ? undefined : Math.max(...sizes);
};
