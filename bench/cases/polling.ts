import { startInstruments, startStation } from '../child.js';
import { configFile, readingOf } from '../station-config.js';
import type { Figure } from '../table.js';

const SUPPLIES = 100;
const CHANNELS = 3;
const PERIOD_MS = 100;
const QUERIES = 2;
const GOAL_PER_S = (SUPPLIES * CHANNELS * QUERIES * 1_000) / PERIOD_MS;
/** Of the goal, what still counts as sustained: timers of 100 ms come a little late, never early. */
const SUSTAINED = 0.98;
const GOAL_LAG_MS = 20;
const WARM_UP_MS = 5_000;
const SAMPLES = 10;
const SAMPLE_MS = 1_000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const requestsOf = (links: unknown): number =>
  Array.isArray(links)
    ? links.reduce((sum: number, link: unknown) => sum + Number(Reflect.get(Object(link), 'requests')), 0)
    : NaN;

/** 100 simulated supplies of three channels, voltage and current of each ten times a second. The station has one core, the
 *  supplies the other; what they sustain together without a station is not the question here. */
export const polling = async (): Promise<readonly Figure[]> => {
  const supplies = await startInstruments('supplies.ts', String(SUPPLIES));
  const managers = Object.fromEntries(
    supplies.ready.map((resource, index) => [
      `psu-${index}`,
      {
        kind: 'psu',
        driver: 'keysight-e36300',
        resource,
        pollMs: PERIOD_MS,
        statusPollMs: 3_600_000,
        settingsPollMs: 3_600_000,
      },
    ]),
  );
  const path = configFile({ managers, connectors: { web: { kind: 'http', port: 0 } } });
  const station = await startStation(path);
  const base = station.ready[0] ?? '';
  try {
    await pause(WARM_UP_MS);
    const [startedAt, before, cpuBefore] = [
      performance.now(),
      requestsOf(await readingOf(base, 'station', 'links')),
      station.cpuS(),
    ];
    const lags: number[] = [];
    for (let count = 0; count < SAMPLES; count += 1) {
      await pause(SAMPLE_MS);
      lags.push(Number(await readingOf(base, 'station', 'eventLoopLagMs')));
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const perS = (requestsOf(await readingOf(base, 'station', 'links')) - before) / seconds;
    const cpu = (station.cpuS() - cpuBefore) / seconds;
    const lag = Math.max(...lags);
    return [
      {
        what: `polling ${SUPPLIES} supplies x ${CHANNELS} channels x ${QUERIES} queries at ${1_000 / PERIOD_MS} Hz`,
        value: `${Math.round(perS)} /s, ${Math.round(cpu * 100)} % of a core`,
        baseline: '',
        goal: `${GOAL_PER_S} /s`,
        isReached: perS >= GOAL_PER_S * SUSTAINED,
      },
      {
        what: 'event loop late meanwhile, worst 99th percentile of a second',
        value: `${lag} ms`,
        baseline: '',
        goal: `${GOAL_LAG_MS} ms`,
        isReached: lag < GOAL_LAG_MS,
      },
    ];
  } finally {
    await station.stop();
    await supplies.stop();
  }
};
