import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoopDelay } from './health-watch.js';

/** How often the event loop is looked at: often enough for a 99th percentile of a second, rare enough for an idle night. */
const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

/** Node.js measures from one look to the next, so an idle loop shows the resolution itself: it is taken off. */
export const createLoopDelay = (): LoopDelay => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const late = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return {
    take: () => {
      const taken =
        histogram.count === 0
          ? { p99Ms: 0, longestMs: 0 }
          : { p99Ms: Math.round(late(histogram.percentile(99)) * 1000) / 1000, longestMs: late(histogram.max) };
      histogram.reset();
      return taken;
    },
    stop: () => {
      histogram.disable();
    },
  };
};
