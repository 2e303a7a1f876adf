import { portOf, startBaseline, startStation, type Child } from '../child.js';
import { connectTo, envelopeCounter, packCommand } from '../envelope-client.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';
import { connectWs } from '../ws-client.js';

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

/** Frames are masked once and sent on the raw socket, so that the client does not bound the figure. */
const overWs = async (port: number, path: string): Promise<Load> => {
  const webSocket = await connectWs(port, path);
  const load: Load = {
    answered: 0,
    stop: () => {
      webSocket.terminate();
    },
  };
  const frame = maskedFrame(native);
  const socket = await rawSocketOf(webSocket);
  let waiting = 0;
  webSocket.on('message', () => {
    load.answered += 1;
    waiting += 1;
    if (waiting === 1)
      queueMicrotask(() => {
        socket.write(Buffer.concat(Array.from({ length: waiting }, () => frame)));
        waiting = 0;
      });
  });
  socket.write(Buffer.concat(Array.from({ length: OUTSTANDING }, () => frame)));
  return load;
};

type Writable = { readonly write: (bytes: Buffer) => unknown };

const rawSocketOf = (webSocket: object): Promise<Writable> => {
  const socket: unknown = Reflect.get(webSocket, '_socket');
  if (typeof socket !== 'object' || socket === null || !('write' in socket))
    throw new Error('ws keeps its socket elsewhere now');
  return Promise.resolve(socket as Writable);
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
