import type { Socket } from 'node:net';
import { portOf, startStation } from '../child.js';
import { connectTo, envelopeCounter, packCommand } from '../envelope-client.js';
import { quantile } from '../stats.js';
import type { Figure } from '../table.js';

const STUCK = 10;
const SECONDS = 20;
const BASELINE_SECONDS = 5;
const command = packCommand({ block: '2', command_type: 'set_voltage', type: 'command', voltage: 'not a number' });

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Asks one invalid command after the other while telemetry pours in; counts answers and their times. */
const asker = (
  socket: Socket,
): { readonly run: (seconds: number) => Promise<{ asked: number; answered: number; p99Ms: number }> } => {
  let onAnswer: () => void = () => undefined;
  const count = envelopeCounter();
  socket.on('data', (chunk) => {
    if (chunk.includes('"error_code"')) onAnswer();
    count(chunk);
  });
  return {
    run: async (seconds) => {
      const until = performance.now() + seconds * 1000;
      const times: number[] = [];
      let asked = 0;
      while (performance.now() < until) {
        const startedAt = performance.now();
        const answer = new Promise<boolean>((resolve) => {
          const cancel = setTimeout(() => {
            resolve(false);
          }, 2_000);
          onAnswer = () => {
            clearTimeout(cancel);
            resolve(true);
          };
        });
        asked += 1;
        socket.write(command);
        if (await answer) times.push(performance.now() - startedAt);
        await pause(2);
      }
      return { asked, answered: times.length, p99Ms: quantile(times, 0.99) };
    },
  };
};

export const stuckReaders = async (): Promise<readonly Figure[]> => {
  const station = await startStation('rack-16.yaml');
  const port = portOf(station, 'online');
  const reader = asker(await connectTo(port));
  await reader.run(2);
  const alone = await reader.run(BASELINE_SECONDS);
  const before = await station.heldRss();
  const stuck: Socket[] = [];
  for (let index = 0; index < STUCK; index += 1) {
    const socket = await connectTo(port);
    socket.pause();
    stuck.push(socket);
  }
  const among = await reader.run(SECONDS);
  const growth = (await station.heldRss()) - before;
  for (const socket of stuck) socket.destroy();
  await station.stop();
  return [
    {
      what: `${STUCK} of ${STUCK + 1} clients never read, loop unthrottled, ${SECONDS} s: growth of memory`,
      value: `${(growth / 2 ** 20).toFixed(1)} MiB`,
      baseline: '',
      goal: 'less than 20 MB',
      isReached: growth < 20e6,
    },
    {
      what: 'the same: the reading client',
      value: `${among.answered} of ${among.asked} answered, p99 ${among.p99Ms.toFixed(2)} ms`,
      baseline: `alone ${alone.answered} of ${alone.asked}, p99 ${alone.p99Ms.toFixed(2)} ms`,
      goal: 'no reply lost, p99 kept (1.2 x)',
      isReached: among.answered === among.asked && among.p99Ms <= Math.max(alone.p99Ms * 1.2, 1),
    },
  ];
};
