/** How two outputs of a supply are coupled. */
export type Coupling = 'off' | 'series' | 'parallel' | 'tracking';

type Range = { readonly volts: number; readonly amperes: number };

/** The two outputs of a supply that can be coupled: the first neighbours with the same range, sign apart. Undefined: none.
 *  `ranges` has the largest setpoints of each channel. */
export const coupledPair = <Channel>(
  ranges: readonly (readonly [Channel, Range])[],
): readonly [Channel, Channel] | undefined => {
  for (const [index, [channel, range]] of ranges.entries()) {
    const next = ranges[index + 1];
    if (next !== undefined && isSame(range, next[1])) return [channel, next[0]];
  }
  return undefined;
};

/** The output that is programmed alike when `channel` is, or undefined. Coupled outputs, in whichever way, get the same
 *  settings; each is measured by itself. */
export const partnerOf = <Channel>(
  coupling: Coupling,
  pair: readonly [Channel, Channel] | undefined,
  channel: Channel,
): Channel | undefined => {
  if (coupling === 'off' || pair === undefined) return undefined;
  const [one, other] = pair;
  if (channel === one) return other;
  return channel === other ? one : undefined;
};

const isSame = (one: Range, other: Range): boolean =>
  Math.abs(one.volts) === Math.abs(other.volts) && one.amperes === other.amperes;
