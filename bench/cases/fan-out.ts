import type { Socket } from 'node:net';
import { portOf, startBaseline, startStation, type Child } from '../child.js';
import { connectTo, envelopeCounter } from '../envelope-client.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';

const CLIENTS = 100;
const WARM_UP_MS = 1_500;
const ROUND_MS = 2_000;
const ROUNDS = 3;
/** Vector T of the specification: one telemetry Envelope. A voltage printed unrounded makes ours a few bytes longer. */
const TELEMETRY_BYTES = 145;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

type Crowd = { readonly bytes: () => number; readonly stop: () => void };

const crowd = async (port: number): Promise<Crowd> => {
  let bytes = 0;
  const sockets: Socket[] = [];
  for (let index = 0; index < CLIENTS; index += 1) {
    const socket = await connectTo(port);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    sockets.push(socket);
  }
  return {
    bytes: () => bytes,
    stop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};

const bytesPerS = async (port: number): Promise<number> => {
  const clients = await crowd(port);
  await pause(WARM_UP_MS);
  const rates: number[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    const before = clients.bytes();
    const startedAt = performance.now();
    await pause(ROUND_MS);
    rates.push(((clients.bytes() - before) * 1000) / (performance.now() - startedAt));
  }
  clients.stop();
  await pause(300);
  return median(rates);
};

/** Mean size of the Envelopes that one client gets, so that bytes can be counted as messages. */
const meanBytes = async (port: number): Promise<number> => {
  const socket = await connectTo(port);
  const count = envelopeCounter();
  let bytes = 0;
  let messages = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    messages += count(chunk);
  });
  await pause(500);
  socket.destroy();
  return bytes / messages;
};

const compare = async (blocks: number, share: number, least: number | undefined): Promise<Figure> => {
  const station = await startStation(`rack-${blocks}.yaml`);
  const bare = await startBaseline('fan-out.ts', String(blocks), String(TELEMETRY_BYTES), '0');
  const port = portOf(station, 'online');
  const size = await meanBytes(port);
  const ours: number[] = [];
  const theirs: number[] = [];
  // The one that is not measured is stopped: both would share a core.
  await stopped(bare, async () => {
    ours.push((await bytesPerS(port)) / size);
  });
  await stopped(station, async () => {
    theirs.push((await bytesPerS(portOf(bare))) / TELEMETRY_BYTES);
  });
  await stopped(bare, async () => {
    ours.push((await bytesPerS(port)) / size);
  });
  await stopped(station, async () => {
    theirs.push((await bytesPerS(portOf(bare))) / TELEMETRY_BYTES);
  });
  await station.stop();
  await bare.stop();
  const [our, bareRate] = [median(ours), median(theirs)];
  const ratio = our / bareRate;
  return {
    what: `readings to ${CLIENTS} clients, ${blocks} a turn, unthrottled: deliveries a second`,
    value: `${Math.round(our)} /s`,
    baseline: `bare prepared gathered writes ${Math.round(bareRate)} /s, ratio ${ratio.toFixed(2)}`,
    goal: `at least ${share} x${least === undefined ? '' : ` and ${least} /s`}`,
    isReached: ratio >= share && our >= (least ?? 0),
  };
};

const stopped = async (child: Child, work: () => Promise<void>): Promise<void> => {
  process.kill(child.pid, 'SIGSTOP');
  await work().finally(() => {
    process.kill(child.pid, 'SIGCONT');
  });
};

export const fanOut = async (): Promise<readonly Figure[]> => [
  await compare(16, 0.7, 1_500_000),
  await compare(1, 0.8, undefined),
];
