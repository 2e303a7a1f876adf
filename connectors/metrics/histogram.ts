import { roundTripBoundsMs } from '../../core/link.js';
import type { Labels, Sample } from './family.js';
import type { UsedLink } from './used-link.js';

/** Round trips of a link as a Prometheus histogram in seconds, where each class has all of the lower ones in it. */
export const roundTripSamples = (labels: Labels, { roundTrips }: UsedLink): readonly Sample[] => {
  const { counts, count, sumMs } = roundTrips;
  let below = 0;
  const buckets = roundTripBoundsMs.map((boundMs, index): Sample => {
    below += counts[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: String(boundMs / 1_000) }, value: below };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sumMs / 1_000 },
    { suffix: '_count', labels, value: count },
  ];
};
