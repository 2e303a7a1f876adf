import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import koffi from 'koffi';
import { TcpServer } from '../../connectors/transports/tcp-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';

const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;
const TCP_USER_TIMEOUT = 18;

const getOption = koffi
  .load('libc.so.6')
  .func('int getsockopt(int fd, int level, int option, _Out_ void *value, _Inout_ void *size)');

/** What the kernel says of a socket of ours. */
const optionOf = (socket: Socket, level: number, option: number): number => {
  const handle: unknown = Reflect.get(socket, '_handle');
  const value = Buffer.alloc(4);
  const size = Buffer.alloc(4);
  size.writeInt32LE(4);
  getOption(Reflect.get(handle as object, 'fd'), level, option, value, size);
  return value.readInt32LE();
};

describe('TcpServer', () => {
  const accepted: Socket[] = [];
  const peers: string[] = [];
  let server: TcpServer;
  let client: Socket;
  let port: number;
  const connectOnce = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return socket;
  };
  beforeEach(async () => {
    accepted.length = 0;
    peers.length = 0;
    server = new TcpServer({
      host: '127.0.0.1',
      port: 0,
      maxConnections: 8,
      clock: systemClock,
      log: new MemoryLog(),
      onConnection: (socket, peer) => {
        accepted.push(socket);
        peers.push(peer);
      },
    });
    port = Number(new URL(await server.start()).port);
    client = await connectOnce();
    await until('the connection', () => accepted.length === 1);
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  for (const [what, level, option, expected] of [
    ['sends small messages at once', IPPROTO_TCP, TCP_NODELAY, 1],
    ['asks an idle client for a sign of life', SOL_SOCKET, SO_KEEPALIVE, 1],
    ['does so after 15 s', IPPROTO_TCP, TCP_KEEPIDLE, 15],
    ['gives a client up that has acknowledged nothing for 45 s', IPPROTO_TCP, TCP_USER_TIMEOUT, 45_000],
  ] as const) {
    it(what, async () => {
      const [socket] = accepted;
      if (socket === undefined) throw new Error('no connection');
      await until(`option ${option} of level ${level}`, () => optionOf(socket, level, option) === expected);
    });
  }

  it('names each connection apart, also one that comes from the same port again', async () => {
    const other = await connectOnce();
    await until('both', () => peers.length === 2);
    other.destroy();
    expect(new Set(peers)).to.have.lengthOf(2);
    expect(peers[0]).to.match(/^127\.0\.0\.1:\d+#1$/);
  });

  it('stops twice without harm, and before it was started', async () => {
    await server.stop();
    await server.stop();
    const idle = new TcpServer({
      host: '127.0.0.1',
      port: 0,
      maxConnections: 1,
      clock: systemClock,
      log: new MemoryLog(),
      onConnection: () => undefined,
    });
    await idle.stop();
  });
});
