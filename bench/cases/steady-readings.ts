import type { Socket } from 'node:net';
import { portOf, startBaseline, type Child } from '../child.js';
import { connectTo } from '../envelope-client.js';
import { quantile } from '../stats.js';
import type { Figure } from '../table.js';

const CLIENTS = 100;
const SECONDS = 10;
/** Latency is taken on every so-manieth client: reading all stamps would make this process the bottleneck. */
const SAMPLE = 20;
const BARE_BYTES = 145;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
const nowMs = (): number => performance.timeOrigin + performance.now();

type Measured = { readonly p99Ms: number; readonly cpuS: number; readonly received: number };

/** Latency is taken from the time that each message carries, by `stampOf` from the bytes of one chunk. */
const measure = async (server: Child, port: number, stampOf: (chunk: Buffer) => number): Promise<Measured> => {
  const sockets: Socket[] = [];
  const latencies: number[] = [];
  let isCounting = false;
  for (let index = 0; index < CLIENTS; index += 1) {
    const socket = await connectTo(port);
    if (index % SAMPLE === 0) {
      socket.on('data', (chunk) => {
        if (isCounting) latencies.push(nowMs() - stampOf(chunk));
      });
    } else socket.resume();
    sockets.push(socket);
  }
  await pause(1_000);
  isCounting = true;
  const cpuBefore = server.cpuS();
  await pause(SECONDS * 1000);
  const cpuS = server.cpuS() - cpuBefore;
  for (const socket of sockets) socket.destroy();
  return { p99Ms: quantile(latencies, 0.99), cpuS, received: latencies.length };
};

const stampOfTelemetry = (chunk: Buffer): number => Number(/"voltage": ([\d.]+)/.exec(chunk.toString('latin1'))?.[1]);

export const steadyReadings = async (): Promise<readonly Figure[]> => {
  const bare = await startBaseline('fan-out.ts', '1', String(BARE_BYTES), '1');
  const theirs = await measure(bare, portOf(bare), (chunk) => chunk.readDoubleBE(0));
  await bare.stop();
  const station = await startBaseline('clock-station.ts', '1');
  const ours = await measure(station, portOf(station, 'online'), stampOfTelemetry);
  await station.stop();
  // setInterval keeps its period only nearly: CPU is compared for each message that arrived.
  const cpu = ours.cpuS / ours.received / (theirs.cpuS / theirs.received);
  const rate = (measured: Measured): string => `${Math.round((measured.received * SAMPLE) / CLIENTS / SECONDS)} Hz`;
  return [
    {
      what: `readings at 1 kHz to ${CLIENTS} clients: latency p99`,
      value: `${ours.p99Ms.toFixed(2)} ms (${rate(ours)})`,
      baseline: `bare ${theirs.p99Ms.toFixed(2)} ms (${rate(theirs)})`,
      goal: 'under 1 ms',
      isReached: ours.p99Ms < 1,
    },
    {
      what: `readings at 1 kHz to ${CLIENTS} clients: CPU`,
      value: `${((ours.cpuS / SECONDS) * 100).toFixed(0)} %`,
      baseline: `bare ${((theirs.cpuS / SECONDS) * 100).toFixed(0)} %, ratio ${cpu.toFixed(2)}`,
      goal: 'at most 1.25 x',
      isReached: cpu <= 1.25,
    },
  ];
};
