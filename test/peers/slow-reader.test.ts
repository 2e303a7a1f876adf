import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { HttpServer } from '../../connectors/transports/http-server.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';

const MIB = 2 ** 20;
const STALL_LIMIT_MS = 200;
/** Longer than a client may stall. */
const LONG_MS = 3 * STALL_LIMIT_MS;

describe('a client of an HTTP port that takes its time', () => {
  let server: HttpServer;
  let port: number;
  let socket: Socket;
  let received: string;
  let isClosed: boolean;

  beforeEach(async () => {
    const sections = [
      {
        name: 'one',
        register: (app: HttpServer['app']) => {
          app.get('/large', () => 'x'.repeat(32 * MIB));
          app.get('/long', async () => {
            await new Promise((resolve) => setTimeout(resolve, LONG_MS));
            return 'done';
          });
        },
      },
    ];
    const log = new MemoryLog();
    const stallLimitMs = STALL_LIMIT_MS;
    server = new HttpServer({ host: '127.0.0.1', port: 0, sections, maxConnections: 10, log, stallLimitMs });
    ({ port } = await server.start());
    received = '';
    isClosed = false;
    socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined); // it is cut
    socket.on('close', () => (isClosed = true));
  });

  afterEach(async () => {
    socket.destroy();
    await server.stop();
  });

  const ask = (path: string): void => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  };
  const connections = async (): Promise<number> =>
    await new Promise((resolve) => {
      server.app.server.getConnections((_error, count) => {
        resolve(count);
      });
    });

  it('is cut when it reads nothing of its answer', async () => {
    socket.pause();
    ask('/large');
    await until('it is connected', async () => (await connections()) === 1);
    await until('it is cut', async () => (await connections()) === 0);
  });

  it('is not cut while it waits for a long answer, nor while it reads slowly', async () => {
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    ask('/long');
    await until('it is answered', () => received.endsWith('done'));
    ask('/large');
    await until('it has read all', () => received.length > 32 * MIB);
    expect(isClosed).to.be.false;
  });

  it('goes on when it sends what nobody reads after it was answered', async () => {
    socket.on('data', (bytes) => (received += bytes.toString('latin1')));
    socket.write(`POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: ${MIB}\r\n\r\n`);
    await until('it is answered', () => received.includes('404'));
    socket.write('x'.repeat(MIB));
    ask('/long');
    await until('it is answered again', () => received.endsWith('done'));
    expect(isClosed).to.be.false;
  });
});
