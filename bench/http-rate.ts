import { startHttpLoad } from './http-load.js';

export const CONNECTIONS = 32;
const WARM_UP_MS = 2_000;
const ROUND_MS = 1_000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Warms a path up, and gives what measures it for a second: answers a second over 32 connections. */
export const requestsPerS = async (port: number, path: string): Promise<() => Promise<number>> => {
  const load = await startHttpLoad(port, path, CONNECTIONS);
  await pause(WARM_UP_MS);
  load.stop();
  return async () => {
    const round = await startHttpLoad(port, path, CONNECTIONS);
    const [startedAt, before] = [performance.now(), round.answered()];
    await pause(ROUND_MS);
    const perS = ((round.answered() - before) * 1_000) / (performance.now() - startedAt);
    round.stop();
    return perS;
  };
};
