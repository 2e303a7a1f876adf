import { portOf, startBaseline, startInstruments, startStation, type Child } from '../child.js';
import { CONNECTIONS, requestsPerS } from '../http-rate.js';
import { configFile, readingOf } from '../station-config.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';

const PATH = '/monitoring/channels';
const WARM_UP_MS = 2_000;
const ROUNDS = 5;
const GOAL_RATIO = 0.6;
/** No poll in a minute: a request that reaches the supply then came from a client. */
const POLL_MS = 60_000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const instrumentRequests = async (station: Child): Promise<number> => {
  const links = await readingOf(station.ready[0] ?? '', 'station', 'links');
  return Array.isArray(links) ? Number(Reflect.get(Object(links[0]), 'requests')) : NaN;
};

/** PSUDaemon's list of all channels, of one supply with three, beside a bare fastify route that returns as much. */
export const monitoring = async (): Promise<readonly Figure[]> => {
  const supplies = await startInstruments('supplies.ts', '1');
  const [resource = ''] = supplies.ready;
  const psu1 = {
    kind: 'psu',
    driver: 'keysight-e36300',
    resource,
    pollMs: POLL_MS,
    settingsPollMs: POLL_MS,
    statusPollMs: POLL_MS,
  };
  const config = { managers: { psu1 }, connectors: { rest: { kind: 'http', port: 0, psudaemon: {} } } };
  const station = await startStation(configFile(config));
  let baseline: Child | undefined;
  try {
    const port = portOf(station);
    await pause(WARM_UP_MS);
    const body = await (await fetch(`http://127.0.0.1:${port}${PATH}`)).text();
    baseline = await startBaseline('bare-fastify.ts', body);
    const ours = await requestsPerS(port, PATH);
    const theirs = await requestsPerS(portOf(baseline), '/');
    const before = await instrumentRequests(station);
    const rounds: (readonly [ours: number, theirs: number])[] = [];
    for (let count = 0; count < ROUNDS; count += 1) rounds.push([await ours(), await theirs()]);
    const asked = (await instrumentRequests(station)) - before;
    const ratio = median(rounds.map(([mine, bare]) => mine / bare));
    const perS = (values: readonly number[]): string => `${Math.round(median([...values]) / 100) / 10}k /s`;
    return [
      {
        what: `GET ${PATH}, 3 channels, ${body.length} bytes, ${CONNECTIONS} connections`,
        value: `${perS(rounds.map(([mine]) => mine))}, ${Math.round(ratio * 100)} %`,
        baseline: `${perS(rounds.map(([, bare]) => bare))} (fastify, prepared object)`,
        goal: `${GOAL_RATIO * 100} %`,
        isReached: ratio >= GOAL_RATIO,
      },
      {
        what: 'requests to the instrument meanwhile, that its polls do not explain',
        value: String(Math.max(0, asked - CHECKS)),
        baseline: '',
        goal: '0',
        isReached: asked <= CHECKS,
      },
    ];
  } finally {
    await baseline?.stop();
    await station.stop();
    await supplies.stop();
  }
};

/** A status query now and then, whether the supply was switched off meanwhile. */
const CHECKS = 10;
