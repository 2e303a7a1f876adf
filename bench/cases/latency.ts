import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { portOf, startBaseline, startStation, type Child } from '../child.js';
import { connectTo, envelopeCounter, packCommand } from '../envelope-client.js';
import { median } from '../stats.js';
import type { Figure } from '../table.js';
import { connectWs } from '../ws-client.js';

const WARM_UP = 5_000;
const ROUND = 2_000;
const ROUNDS = 9;

const command = packCommand({ block: '1', command_type: 'set_voltage', type: 'command', voltage: 100 });
const nativeCommand = JSON.stringify({
  type: 'command',
  manager: 'hv',
  channel: 1,
  command: 'setVoltage',
  arguments: { voltage: 100 },
});

/** One question at a time; the time of each answer, us. */
type Ask = () => Promise<number>;

const timed = (send: () => void, onAnswer: (done: () => void) => void): Ask => {
  let startedAt = 0;
  let settle: (us: number) => void = () => undefined;
  onAnswer(() => {
    settle((performance.now() - startedAt) * 1000);
  });
  return () =>
    new Promise((resolve) => {
      settle = resolve;
      startedAt = performance.now();
      send();
    });
};

const overTcp = (socket: Socket): Ask => {
  const count = envelopeCounter();
  return timed(
    () => socket.write(command),
    (done) =>
      socket.on('data', (chunk) => {
        if (count(chunk) > 0) done();
      }),
  );
};

/** The answer is the reply; events about busy and idle are not subscribed to. */
const overWs = (socket: WebSocket): Ask =>
  timed(
    () => {
      socket.send(nativeCommand);
    },
    (done) => socket.on('message', done),
  );

const round = async (ask: Ask, count: number): Promise<number> => {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) samples.push(await ask());
  return median(samples);
};

/** In turn, so that the machine's drift hits both alike; the median of the rounds of each. */
const compare = async (what: string, station: Ask, echo: Ask): Promise<Figure> => {
  await round(echo, WARM_UP);
  await round(station, WARM_UP);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    theirs.push(await round(echo, ROUND));
    ours.push(await round(station, ROUND));
  }
  const ratio = median(ours.map((value, index) => value / (theirs[index] ?? value)));
  return {
    what: `${what}: command answered, one in flight, median`,
    value: `${median(ours).toFixed(1)} us`,
    baseline: `plain echo ${median(theirs).toFixed(1)} us, ratio ${ratio.toFixed(2)}`,
    goal: 'at most 1.3 x',
    isReached: ratio <= 1.3,
  };
};

const stopAll = async (children: readonly Child[]): Promise<void> => {
  for (const child of children) await child.stop();
};

export const latency = async (): Promise<readonly Figure[]> => {
  const station = await startStation('hv-fast.yaml');
  const echo = await startBaseline('echo-net.ts');
  const echoWs = await startBaseline('echo-ws.ts');
  // One pair of connections at a time: an answer over Envelope TCP goes to everyone who is connected there.
  const sockets = [await connectTo(portOf(station, 'online')), await connectTo(portOf(echo))] as const;
  const tcp = await compare('Envelope TCP', overTcp(sockets[0]), overTcp(sockets[1]));
  for (const socket of sockets) socket.destroy();
  const webSockets = [
    await connectWs(portOf(station, 'web'), '/busbar/ws'),
    await connectWs(portOf(echoWs), '/'),
  ] as const;
  const ws = await compare('native WebSocket', overWs(webSockets[0]), overWs(webSockets[1]));
  for (const socket of webSockets) socket.terminate();
  await stopAll([station, echo, echoWs]);
  return [tcp, ws];
};
