import type { ChannelDescription, Description } from '../../core/description.js';

/** The largest value of a unit that a channel can be asked for, by its limits; undefined: it has none. Nobody asks for a
 *  power: it is what voltage and current allow. */
export const fullScale = (
  description: Description,
  channel: ChannelDescription | undefined,
  unit: string | undefined,
): number | undefined => {
  const own = largest(description, channel, unit);
  if (own !== undefined || unit !== 'W') return own;
  const [volts, amperes] = ['V', 'A'].map((each) => largest(description, channel, each));
  return volts === undefined || amperes === undefined ? undefined : volts * amperes;
};

const largest = (
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
