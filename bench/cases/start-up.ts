import { startBareNode, startStation } from '../child.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';

const RUNS = 5;
const SETTLE_MS = 5_000;
const MIB = 2 ** 20;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
const example = { HV_PORT: '0', HV_WEB_PORT: '0' };

const readyTime = async (): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const station = await startStation('examples/online-hv.yaml', example);
    times.push(station.readyMs);
    await station.stop();
  }
  return median(times);
};

/** `minutes` of idling after a first reading; the growth between the first and the last minute. */
export const startUp = async (idleMinutes: number): Promise<readonly Figure[]> => {
  const ready = await readyTime();
  const bare = await startBareNode();
  const bareReady = bare.readyMs;
  const station = await startStation('examples/online-hv.yaml', example);
  await pause(SETTLE_MS);
  const bareRss = bare.rss();
  const above = station.rss() - bareRss;
  const first = station.rss();
  await pause(idleMinutes * 60_000);
  const growth = station.rss() - first;
  await station.stop();
  await bare.stop();
  return [
    {
      what: 'ready after `busbar serve examples/online-hv.yaml`',
      value: `${ready.toFixed(0)} ms`,
      baseline: `bare node ${bareReady.toFixed(0)} ms`,
      goal: 'under 500 ms',
      isReached: ready < 500,
    },
    {
      what: 'resident memory idle, above bare node',
      value: `${(above / MIB).toFixed(1)} MiB`,
      baseline: `bare node ${(bareRss / MIB).toFixed(1)} MiB`,
      goal: 'at most 60 MB',
      isReached: above <= 60e6,
    },
    {
      what: `growth of resident memory in ${idleMinutes} idle minutes`,
      value: `${(growth / MIB).toFixed(1)} MiB`,
      baseline: '',
      goal: 'flat (10 minutes)',
      isReached: growth < 5e6,
    },
  ];
};
