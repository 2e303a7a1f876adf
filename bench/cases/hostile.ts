import { readdirSync } from 'node:fs';
import { portOf, startStation, type Child } from '../child.js';
import { connectTo, packCommand } from '../envelope-client.js';
import { median, quantile } from '../stats.js';
import type { Figure } from '../table.js';

const MIB = 2 ** 20;
const PIECE = 65_536;
const RESETS = 5_000;
/** Until the code is compiled and the log in memory holds its thousand lines. */
const WARM_UP_RESETS = 3_000;
const command = packCommand({ block: '1', command_type: 'set_voltage', type: 'command', voltage: 'x' });

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Time from the first byte of a question to its error answer, ms; Infinity: none within 5 s. */
const answerMs = async (port: number, parts: readonly Buffer[], text = '"error_code"'): Promise<number> => {
  const socket = await connectTo(port);
  const startedAt = performance.now();
  const answered = new Promise<number>((resolve) => {
    const cancel = setTimeout(() => {
      resolve(Number.POSITIVE_INFINITY);
    }, 5_000);
    socket.on('data', (chunk) => {
      if (!chunk.includes(text)) return;
      clearTimeout(cancel);
      resolve(performance.now() - startedAt);
    });
  });
  for (const part of parts) if (!socket.write(part)) await new Promise((resolve) => socket.once('drain', resolve));
  const time = await answered;
  socket.destroy();
  return time;
};

const header = (metaBytes: number, dataBytes: number): Buffer => {
  const bytes = Buffer.from('232100014000000000000001000000000000000000000000000021230d0a', 'hex');
  bytes.writeUInt32BE(metaBytes, 14);
  bytes.writeUInt32BE(dataBytes, 22);
  return bytes;
};

const bigEnvelope = async (port: number): Promise<Figure> => {
  const meta = command.subarray(30);
  const pieces = Array.from({ length: (32 * MIB) / PIECE }, () => Buffer.alloc(PIECE, 0x23));
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1)
    times.push(await answerMs(port, [header(meta.length, 32 * MIB), meta, ...pieces]));
  const ms = median(times);
  return {
    what: '32 MiB Envelope arriving in 64 KiB pieces',
    value: `${ms.toFixed(0)} ms`,
    baseline: '',
    goal: 'under 200 ms',
    isReached: ms < 200,
  };
};

const descriptors = ({ pid }: Child): number => readdirSync(`/proc/${pid}/fd`).length;

const resets = async (station: Child, port: number): Promise<Figure> => {
  for (let index = 0; index < WARM_UP_RESETS; index += 1) (await connectTo(port)).resetAndDestroy();
  await pause(1_000);
  const before = { fds: descriptors(station), rss: await station.heldRss() };
  for (let index = 0; index < RESETS; index += 1) {
    const socket = await connectTo(port);
    if (index % 2 === 0) socket.write(command.subarray(0, index % command.length));
    socket.resetAndDestroy();
  }
  await pause(2_000);
  const growth = (await station.heldRss()) - before.rss;
  const after = descriptors(station);
  return {
    what: `${RESETS} connections ended by reset`,
    value: `descriptors ${before.fds} -> ${after}, memory ${(growth / MIB).toFixed(1)} MiB`,
    baseline: '',
    goal: 'descriptors as before, memory within 10 MB',
    isReached: after <= before.fds && growth < 10e6,
  };
};

/** Deterministic noise, so that a failure can be repeated. */
const noise = (bytes: number): Buffer => {
  const out = Buffer.alloc(bytes);
  let state = 12_345;
  for (let offset = 0; offset < bytes; offset += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out.writeUInt32LE((state ^ (state >>> 15)) >>> 0, offset);
  }
  return out;
};

const rubbish = noise(16 * MIB);

const flood = async (port: number): Promise<void> => {
  const socket = await connectTo(port);
  socket.on('error', () => undefined);
  socket.resume();
  const bytes = rubbish;
  for (let offset = 0; offset < bytes.length && !socket.destroyed; offset += PIECE) {
    if (!socket.write(bytes.subarray(offset, offset + PIECE))) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }
  socket.destroy();
};

const randomBytes = async (station: Child, name: string, port: number, healthyPort: number): Promise<Figure> => {
  const before = station.rss();
  const flooding = { isDone: false };
  const times: number[] = [];
  const healthy = (async () => {
    while (!flooding.isDone) times.push(await answerMs(healthyPort, [command]));
  })();
  await flood(port);
  flooding.isDone = true;
  await healthy;
  const growth = station.rss() - before;
  const p99 = quantile(times, 0.99);
  return {
    what: `16 MiB of random bytes on ${name}`,
    value: `memory ${(growth / MIB).toFixed(1)} MiB, healthy client p99 ${p99.toFixed(1)} ms, worst ${(times.at(-1) ?? 0).toFixed(1)} ms`,
    baseline: '',
    goal: 'lives; +8 MiB; p99 under 5 ms',
    isReached: growth <= 8 * MIB && p99 < 5,
  };
};

const refusals = async (port: number): Promise<readonly Figure[]> => {
  const deep = Buffer.from('['.repeat(1_000_000));
  const cases: readonly (readonly [string, readonly Buffer[]])[] = [
    ['a header that declares 4 GiB', [header(60, 0xffff_ffff)]],
    ['JSON nested 10^6 deep', [header(deep.length, 0), deep]],
  ];
  const figures: Figure[] = [];
  for (const [what, parts] of cases) {
    const ms = await answerMs(port, parts, '"error_code": 4');
    figures.push({
      what,
      value: `refused in ${ms.toFixed(1)} ms`,
      baseline: '',
      goal: 'a clear refusal, under 50 ms',
      isReached: ms < 50,
    });
  }
  return figures;
};

export const hostile = async (): Promise<readonly Figure[]> => {
  const station = await startStation('hv-fast.yaml');
  const port = portOf(station, 'online');
  const figures = [
    await bigEnvelope(port),
    ...(await refusals(port)),
    await randomBytes(station, 'Envelope TCP', port, port),
    await randomBytes(station, 'HTTP and WebSocket', portOf(station, 'web'), port),
    await resets(station, port),
  ];
  await station.stop();
  return figures;
};
