import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { HttpStation, until, type RawPeer } from './http-station.js';

const VOLTAGE = '/busbar/api/managers/psu/channels/1/readings/voltage';
const SET = '/busbar/api/managers/psu/channels/1/commands/setNow';
const MIB = 2 ** 20;
/** As long as a client may take for its headers, and the interval in which that is looked at, and then some. */
const TRICKLE_MS = 20_000;

describe('the HTTP port, to clients that mean harm or are broken', () => {
  let station: HttpStation;
  beforeEach(async () => {
    station = await new HttpStation({ maxConnections: 50 }).start();
  });
  afterEach(() => station.stop());

  const isServing = async (): Promise<boolean> => (await station.fetch(VOLTAGE)).status === 200;
  /** What one connection is answered to these lines; undefined: nothing, it was cut. */
  const answerTo = async (...lines: readonly string[]): Promise<number | undefined> => {
    const peer = await station.raw();
    peer.send(...lines);
    return (await peer.answers(1))[0];
  };

  for (const [what, lines, status] of [
    ['bytes that are no HTTP', ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '', ''], 400],
    ['a header with a line end of its own', ['GET / HTTP/1.1', 'Host: x', ' folded: y', '', ''], 400],
    ['a header with a NUL', [`GET ${VOLTAGE} HTTP/1.1`, 'Host: x', 'X: a\0b', '', ''], 400],
    ['two lengths', [`POST ${SET} HTTP/1.1`, 'Host: x', 'Content-Length: 5', 'Content-Length: 6', '', ''], 400],
    [
      'a length and chunks, as who smuggles requests',
      [`POST ${SET} HTTP/1.1`, 'Host: x', 'Content-Length: 4', 'Transfer-Encoding: chunked', '', '0', '', ''],
      400,
    ],
    ['a length that is none', [`POST ${SET} HTTP/1.1`, 'Host: x', 'Content-Length: -1', '', ''], 400],
    ['no Host', ['GET / HTTP/1.1', '', ''], 400],
    ['a version that is none', ['GET / HTTP/9.9', 'Host: x', '', ''], 400],
    ['an address of 20 KiB', [`GET /${'x'.repeat(20_480)} HTTP/1.1`, 'Host: x', '', ''], 431],
    ['2 000 headers', ['GET / HTTP/1.1', 'Host: x', ...Array<string>(2_000).fill('X-Flood: flood'), '', ''], 431],
    ['a path out of the folder', ['GET /busbar/../../etc/passwd HTTP/1.1', 'Host: x', '', ''], 404],
    ['a path that cannot be decoded', ['GET /busbar/api/%zz HTTP/1.1', 'Host: x', '', ''], 404],
    ['a whole address, as proxies are asked', [`GET http://evil.example${VOLTAGE} HTTP/1.1`, 'Host: x', '', ''], 200],
    ['an expectation that nobody can meet', [`GET ${VOLTAGE} HTTP/1.1`, 'Host: x', 'Expect: tea', '', ''], 417],
    [
      'a body of 1 GiB that is announced',
      [`POST ${SET} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', 'Content-Length: 1073741824', '', ''],
      413,
    ],
  ] as const) {
    it(`answers ${status} to ${what}`, async () => {
      expect(await answerTo(...lines)).to.equal(status);
      expect(await isServing()).to.be.true;
      expect(station.table.countOf('write')).to.equal(0);
    });
  }

  it('reads an endless body up to 1 MiB, then answers 413 and ends', async () => {
    const peer = await station.raw();
    const type = 'Content-Type: application/json';
    peer.send(`POST ${SET} HTTP/1.1`, 'Host: x', type, 'Transfer-Encoding: chunked', '', '');
    for (let sent = 0; sent < 8 * MIB && !peer.isClosed; sent += 65_536) {
      peer.send('10000', 'x'.repeat(65_536), '');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await peer.answers(1))[0]).to.equal(413);
    await peer.closed();
    expect(await isServing()).to.be.true;
  });

  it('closes a tunnel that is asked for', async () => {
    const peer = await station.raw();
    peer.send('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443', '', '');
    await peer.closed();
    expect(await isServing()).to.be.true;
  });

  it('answers requests that come at once in their order', async () => {
    const peer = await station.raw();
    const paths = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? VOLTAGE : `${VOLTAGE}s`));
    for (const path of paths) peer.send(`GET ${path} HTTP/1.1`, 'Host: x', '', '');
    const statuses = await peer.answers(100);
    expect(statuses).to.deep.equal(paths.map((path) => (path === VOLTAGE ? 200 : 404)));
  });

  it('answers a request that offers h2c as one that does not, its body too', async () => {
    const peer = await station.raw();
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
    const body = '{"voltage":4}';
    const type = 'Content-Type: application/json';
    peer.send(
      `POST ${SET} HTTP/1.1`,
      'Host: x',
      ...offer,
      type,
      `Content-Length: ${body.length}`,
      '',
      body.slice(0, 5),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    peer.send(body.slice(5));
    expect(await peer.answers(1)).to.deep.equal([200]);
    peer.send(`GET ${VOLTAGE} HTTP/1.1`, 'Host: x', '', '');
    expect(await peer.answers(2)).to.deep.equal([200, 200]);
    expect(station.table.setpoints.get(1)).to.equal(4);
  });

  it('keeps a bounded memory for a client that asks without end and reads nothing', async () => {
    const peer = await station.raw();
    peer.socket.pause();
    const many = `GET /busbar/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 200; round += 1) {
      peer.socket.write(many);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().rss - before).to.be.below(64 * MIB); // 20 000 answers are 400 MiB
    expect(await isServing()).to.be.true;
  });

  it('survives 16 MiB of random bytes', async () => {
    const peer = await station.raw();
    for (let count = 0; count < 16 && !peer.isClosed; count += 1) peer.socket.write(randomBytes(MIB));
    await peer.closed();
    expect(await isServing()).to.be.true;
  });

  it('refuses the fifty-first connection and says so once', async () => {
    const peers: RawPeer[] = [];
    for (let count = 0; count < 60; count += 1) peers.push(await station.raw());
    await until('some are refused', () => peers.filter(({ isClosed }) => isClosed).length >= 10);
    const said = station.log.messages.filter((message) => message.includes('too many'));
    expect(said).to.have.length(1);
    for (const { socket } of peers) socket.destroy();
    await until('it serves again', async () => await isServing().catch(() => false));
  });

  it('cuts who trickles headers or a body, with 408', async () => {
    const headers = await station.raw();
    headers.send('GET / HTTP/1.1', 'Host: x', '');
    const deadline = performance.now() + TRICKLE_MS;
    while (!headers.isClosed && performance.now() < deadline) {
      headers.send('X: y', '');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect([headers.isClosed, headers.statuses]).to.deep.equal([true, [408]]);
    expect(await isServing()).to.be.true;
  });
});
