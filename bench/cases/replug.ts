import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../core/json-value.js';
import { portOf, startStation, type Child } from '../child.js';
import { NativePeer } from '../native-peer.js';
import { PluggableSupply } from '../pluggable-supply.js';
import { configFile, readingOf } from '../station-config.js';
import { quantile } from '../stats.js';
import type { Figure } from '../table.js';

const POLL_MS = 25;
/** Between two requests to the instrument that stays; its times are what counts. */
const REQUEST_EVERY_MS = 5;
const COMMAND_EVERY_MS = 20;
/** Cycles before anything is counted: code and buffers get their final size. */
const WARM_UP = 5;
const UNDISTURBED_MS = 15_000;
const AWAY_MS = [50, 100, 200, 400] as const;
/** A healthy one logs at info: two lines an outage, which nobody wants to read a thousand times. */
const LOG_LEVEL = 'error';

const GOAL_RATIO = 1.2;
const GOAL_BACK_MS = 2_000;
const GOAL_GROWTH = 10e6;

const MEASURE: JsonObject = {
  manager: 'steady',
  channel: 1,
  command: 'refresh',
  arguments: { parameter: 'voltage' },
};
const SET: JsonObject = { manager: 'away', channel: 1, command: 'setVoltageSetpoint', arguments: { value: 1 } };

/** One question after the other as long as it is wanted; the times of the answers, ms. */
const asking = (peer: NativePeer, command: JsonObject, everyMs: number) => {
  let isWanted = true;
  const times: number[] = [];
  let failures = 0;
  const run = async (): Promise<void> => {
    while (isWanted) {
      const startedAt = performance.now();
      if (!(await peer.ask(command))) failures += 1;
      times.push(performance.now() - startedAt);
      await pause(everyMs);
    }
  };
  const running = run();
  return {
    stop: async () => {
      isWanted = false;
      await running;
      return { times, failures };
    },
  };
};

/** One instrument of two is unplugged and plugged in again and again, under load. */
class Replugging {
  readonly #away: PluggableSupply;
  readonly #peer: NativePeer;
  readonly #station: Child;

  constructor(away: PluggableSupply, peer: NativePeer, station: Child) {
    this.#away = away;
    this.#peer = peer;
    this.#station = station;
  }

  /** Times until a reading was there again, ms. */
  async cycles(count: number): Promise<number[]> {
    const back: number[] = [];
    for (let cycle = 0; cycle < count; cycle += 1) {
      const isPortGone = cycle % 2 === 0;
      if (isPortGone) await this.#away.unplug();
      else this.#away.switchOff();
      await pause(AWAY_MS[cycle % AWAY_MS.length]);
      const read = this.#peer.reading('away/1/voltage');
      const startedAt = performance.now();
      if (isPortGone) await this.#away.plugIn();
      else this.#away.switchOn();
      await read;
      back.push(performance.now() - startedAt);
    }
    return back;
  }

  /** Times of requests to the instrument that stays, while `work` lasts, ms. */
  async steadily(work: () => Promise<unknown>): Promise<{ readonly times: number[]; readonly failures: number }> {
    const measuring = asking(this.#peer, MEASURE, REQUEST_EVERY_MS);
    await work();
    return measuring.stop();
  }

  /** Heap after a collection, bytes. */
  async heap(): Promise<number> {
    await this.#station.heldRss(); // collects, and waits until the station has measured itself again
    return Number(await readingOf(this.#station.ready[0] ?? '', 'station', 'heapUsedBytes'));
  }
}

export const replug = async (cycles: number): Promise<readonly Figure[]> => {
  const [away, steady] = [await new PluggableSupply().plugIn(), await new PluggableSupply().plugIn()];
  const supply = ({ resource }: PluggableSupply) => ({
    kind: 'psu',
    driver: 'keysight-e36300',
    resource,
    pollMs: POLL_MS,
  });
  const path = configFile({
    station: { log: { level: LOG_LEVEL } },
    managers: { away: supply(away), steady: supply(steady) },
    connectors: { web: { kind: 'http', port: 0 } },
  });
  const station = await startStation(path);
  const peer = await NativePeer.connect(portOf(station, 'web'), 'away/1/voltage');
  const loader = await NativePeer.connect(portOf(station, 'web'));
  try {
    const replugging = new Replugging(away, peer, station);
    await peer.reading('away/1/voltage');
    const load = asking(loader, SET, COMMAND_EVERY_MS);
    await replugging.steadily(() => replugging.cycles(WARM_UP));
    const before = await replugging.heap();
    // Half of it before and half of it after, for the machine drifts.
    const early = await replugging.steadily(() => pause(UNDISTURBED_MS / 2));
    const back: number[] = [];
    const disturbed = await replugging.steadily(async () => {
      back.push(...(await replugging.cycles(cycles)));
    });
    await pause(GOAL_BACK_MS);
    const late = await replugging.steadily(() => pause(UNDISTURBED_MS / 2));
    const growth = (await replugging.heap()) - before;
    const { times } = await load.stop();

    const undisturbedP99 = quantile([...early.times, ...late.times], 0.99);
    const disturbedP99 = quantile(disturbed.times, 0.99);
    const ratio = disturbedP99 / undisturbedP99;
    const [p99, longest] = [quantile(back, 0.99), Math.max(...back)];
    const failures = early.failures + disturbed.failures + late.failures;
    return [
      {
        what: `${cycles} times unplugged under load (${times.length} commands, all answered): back after, p99 and longest`,
        value: `${Math.round(p99)} ms, ${Math.round(longest)} ms`,
        baseline: '',
        goal: `${GOAL_BACK_MS} ms each time`,
        isReached: longest <= GOAL_BACK_MS,
      },
      {
        what: 'requests to the other instrument meanwhile, p99',
        value: `${disturbedP99.toFixed(2)} ms, ${failures} failed`,
        baseline: `undisturbed ${undisturbedP99.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`,
        goal: `at most ${GOAL_RATIO} x, none fails`,
        isReached: ratio <= GOAL_RATIO && failures === 0,
      },
      {
        what: 'growth of the heap over these cycles, after a collection',
        value: `${(growth / 2 ** 20).toFixed(2)} MiB`,
        baseline: '',
        goal: 'less than 10 MB',
        isReached: growth < GOAL_GROWTH,
      },
    ];
  } finally {
    for (const open of [peer, loader]) open.close();
    await station.stop();
    await away.close();
    await steady.close();
  }
};
