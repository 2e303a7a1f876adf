import { portOf, startBaseline, startStation } from '../child.js';
import { CONNECTIONS, requestsPerS } from '../http-rate.js';
import { configFile } from '../station-config.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';

const READY_MS = 2_000;
const ROUNDS = 5;
const GOAL_RATIO = 0.6;
const BLOCKS = 8;

const readings = '/busbar/api/managers/hv/channels/1/readings';
const questions = [
  ['one reading', `${readings}/voltage`],
  [`all readings of a manager with ${BLOCKS} channels`, '/busbar/api/managers/hv/readings'],
] as const;

/** Readings by the REST interface, beside a bare fastify route that returns as much. */
export const http = async (): Promise<readonly Figure[]> => {
  const blocks = Array.from({ length: BLOCKS }, (_, index) => ({ id: index + 1 }));
  const config = {
    managers: { hv: { kind: 'hv', driver: 'virtual', blocks } },
    connectors: { web: { kind: 'http', port: 0 } },
  };
  const station = await startStation(configFile(config));
  try {
    await new Promise((resolve) => {
      setTimeout(resolve, READY_MS);
    });
    const figures: Figure[] = [];
    for (const [what, path] of questions) figures.push(await beside(portOf(station), what, path));
    return figures;
  } finally {
    await station.stop();
  }
};

const beside = async (port: number, what: string, path: string): Promise<Figure> => {
  const body = await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const baseline = await startBaseline('bare-fastify.ts', body);
  try {
    const ours = await requestsPerS(port, path);
    const theirs = await requestsPerS(portOf(baseline), '/');
    const rounds: (readonly [ours: number, theirs: number])[] = [];
    for (let count = 0; count < ROUNDS; count += 1) rounds.push([await ours(), await theirs()]);
    const ratio = median(rounds.map(([mine, bare]) => mine / bare));
    const perS = (values: readonly number[]): string => `${Math.round(median([...values]) / 100) / 10}k /s`;
    return {
      what: `GET ${what}, ${body.length} bytes, ${CONNECTIONS} connections`,
      value: `${perS(rounds.map(([mine]) => mine))}, ${Math.round(ratio * 100)} %`,
      baseline: `${perS(rounds.map(([, bare]) => bare))} (fastify, prepared object)`,
      goal: `${GOAL_RATIO * 100} %`,
      isReached: ratio >= GOAL_RATIO,
    };
  } finally {
    await baseline.stop();
  }
};
