import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { portOf, startBaseline, startStation, type Child } from '../child.js';
import { connectTo, envelopeCounter, packCommand } from '../envelope-client.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';

const OUTSTANDING = 64;
const WARM_UP_MS = 1_000;
const ROUND_MS = 1_000;
const ROUNDS = 5;
const GOAL_PER_S = 120_000;

const meta = { block: '1', command_type: 'set_voltage', type: 'command', voltage: 100 };
const command = packCommand(meta);
const native = Buffer.from(
  JSON.stringify({ type: 'command', manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage: 100 } }),
);

/** Keeps 64 commands under way; `answered` counts. */
type Load = { answered: number; readonly stop: () => void };

const overTcp = async (port: number): Promise<Load> => {
  const socket = await connectTo(port);
  const count = envelopeCounter();
  const bursts = Array.from({ length: OUTSTANDING + 1 }, (_, length) =>
    Buffer.concat(Array.from({ length }, () => command)),
  );
  const load: Load = {
    answered: 0,
    stop: () => {
      socket.destroy();
    },
  };
  socket.on('data', (chunk) => {
    const answers = count(chunk);
    load.answered += answers;
    if (answers > 0) socket.write(bursts[answers] ?? Buffer.concat(Array.from({ length: answers }, () => command)));
  });
  socket.write(bursts[OUTSTANDING] ?? command);
  return load;
};

/** On the raw socket, frames counted by their lengths: a WebSocket library on this side would bound the figure. */
const overWs = async (port: number, path: string): Promise<Load> => {
  const socket = await upgraded(port, path);
  const count = frameCounter();
  const frame = maskedFrame(native);
  const bursts = Array.from({ length: OUTSTANDING + 1 }, (_, length) =>
    Buffer.concat(Array.from({ length }, () => frame)),
  );
  const load: Load = {
    answered: 0,
    stop: () => {
      socket.destroy();
    },
  };
  socket.on('data', (chunk: Buffer) => {
    const answers = count(chunk);
    load.answered += answers;
    if (answers > 0) socket.write(bursts[answers] ?? Buffer.concat(Array.from({ length: answers }, () => frame)));
  });
  socket.write(bursts[OUTSTANDING] ?? frame);
  return load;
};

const upgraded = (port: number, path: string): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'YnVzYmFyIGJlbmNobWFyaw==',
    };
    const asked = request({ host: '127.0.0.1', port, path, headers });
    asked.on('upgrade', (_response, socket) => {
      resolve(socket);
    });
    asked.on('error', reject);
    asked.end();
  });

/** Counts whole frames of a server, which are not masked. */
const frameCounter = (): ((chunk: Buffer) => number) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    let count = 0;
    for (;;) {
      if (bytes.length - offset < 4) break;
      const short = bytes.readUInt8(offset + 1);
      const end = short < 126 ? offset + 2 + short : offset + 4 + bytes.readUInt16BE(offset + 2);
      if (end > bytes.length) break;
      offset = end;
      count += 1;
    }
    rest = bytes.subarray(offset);
    return count;
  };
};

/** A text frame with a mask of zeros: valid, and costs nothing to make. */
const maskedFrame = (payload: Buffer): Buffer => {
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const ratePerS = async (load: Load): Promise<number> => {
  const before = load.answered;
  const startedAt = performance.now();
  await pause(ROUND_MS);
  return ((load.answered - before) * 1000) / (performance.now() - startedAt);
};

const measure = async (open: () => Promise<Load>): Promise<number> => {
  const load = await open();
  await pause(WARM_UP_MS);
  const rates: number[] = [];
  for (let index = 0; index < ROUNDS; index += 1) rates.push(await ratePerS(load));
  load.stop();
  await pause(100);
  return median(rates);
};

const figure = (what: string, ours: number, echo: number): Figure => ({
  what: `${what}: commands a second, ${OUTSTANDING} outstanding, settling time 0`,
  value: `${Math.round(ours)} /s`,
  baseline: `echo that parses and writes the JSON ${Math.round(echo)} /s, ratio ${(ours / echo).toFixed(2)}`,
  goal: `at least ${GOAL_PER_S} /s`,
  isReached: ours >= GOAL_PER_S,
});

export const throughput = async (): Promise<readonly Figure[]> => {
  const children: Child[] = [
    await startStation('hv-fast.yaml'),
    await startBaseline('echo-net.ts', 'json'),
    await startBaseline('echo-ws.ts', 'json'),
  ];
  const [station, echo, echoWs] = children;
  if (station === undefined || echo === undefined || echoWs === undefined) return [];
  const figures = [
    figure(
      'Envelope TCP',
      await measure(() => overTcp(portOf(station, 'online'))),
      await measure(() => overTcp(portOf(echo))),
    ),
    figure(
      'native WebSocket',
      await measure(() => overWs(portOf(station, 'web'), '/busbar/ws')),
      await measure(() => overWs(portOf(echoWs), '/')),
    ),
  ];
  for (const child of children) await child.stop();
  return figures;
};
