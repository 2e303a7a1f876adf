import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { consoleSection } from '../../connectors/http/console-section.js';
import { HttpServer } from '../../connectors/transports/http-server.js';
import { websocketKind } from '../../connectors/websocket/connector.js';
import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import { noLinks } from '../../core/link.js';
import { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { Connector } from '../../core/connector.js';
import type { JsonObject } from '../../core/json-value.js';
import { silentLog } from '../../core/log.js';
import type { HardwareManager } from '../../core/manager.js';
import { overWebSocket } from '../../core/native/client-socket.js';
import { NativeClient } from '../../core/native/client.js';
import type { ClientFrame, StationFrame } from '../../core/native/protocol.js';
import { seededRandom } from '../../core/random.js';
import { hvKind } from '../../managers/hv/hv.kind.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';

/** Everything but the wall clock passes a hundred times faster: a minute of silence is over in 0.6 s. */
const hurriedClock: Clock = { ...systemClock, after: (ms, task) => systemClock.after(ms / 100, task) };

describe('the WebSocket connector', () => {
  const log = new MemoryLog();
  let bus: Bus;
  let manager: HardwareManager;
  let connector: Connector;
  let port: number;
  const clients: { terminate(): void }[] = [];

  const createConnector = (options: JsonObject, clock = systemClock): Connector => {
    const context = { name: 'web', bus, clock, random: seededRandom(1), log, compile: createCompiler() };
    return websocketKind.create({ port: 0, channel: { blocks: { '1': 'hv/1' } }, ...options }, context);
  };
  const start = async (options: JsonObject = {}, clock = systemClock): Promise<void> => {
    connector = createConnector(options, clock);
    const [listener] = await connector.start();
    port = Number(new URL(listener?.url ?? '').port);
  };

  beforeEach(async () => {
    log.lines.length = 0;
    bus = new Bus({ clock: systemClock });
    const stream = bus.streamOf('hv');
    const options = { driver: 'virtual', blocks: [{ id: 1 }], settlingMs: 0, measuringPeriodMs: 3_600_000, seed: 1 };
    const context = {
      stream,
      clock: systemClock,
      random: seededRandom(1),
      log: silentLog,
      compile: createCompiler(),
      links: noLinks,
      drivers: noDriverFiles,
    };
    manager = hvKind.create(options, context);
    bus.attach(manager);
    await manager.start();
    await pause(50);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    await connector.stop();
    await manager.stop();
    bus.complete();
  });

  const open = async (path: string, options: { origin?: string; host?: string } = {}): Promise<WebSocket> => {
    const { origin, host } = options;
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      ...(origin === undefined ? {} : { origin }),
      ...(host === undefined ? {} : { headers: { Host: host } }),
    });
    client.on('error', () => undefined);
    clients.push(client);
    await once(client, 'open');
    return client;
  };
  /** The HTTP status with which a WebSocket is refused. */
  const refusalOf = async (path: string, origin?: string): Promise<number | undefined> => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, origin === undefined ? {} : { origin });
    clients.push(client);
    client.on('error', () => undefined);
    return new Promise((resolve) => {
      client.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode);
      });
    });
  };
  const texts = (client: WebSocket): string[] => {
    const found: string[] = [];
    client.on('message', (data: Buffer) => found.push(data.toString()));
    return found;
  };
  const until = async (isTrue: () => boolean, what: string): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!isTrue()) {
      if (performance.now() > deadline) throw new Error(`waited 10 s for ${what}`);
      await pause(5);
    }
  };
  const closeCode = async (client: WebSocket): Promise<number> => {
    const [code] = (await once(client, 'close')) as [number];
    return code;
  };
  const raw = async (): Promise<Socket> => {
    const socket = connectTcp(port, '127.0.0.1');
    clients.push({ terminate: () => socket.destroy() });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const isServing = async (): Promise<boolean> => {
    const client = await open('/busbar/ws');
    const heard = texts(client);
    client.send('{"type":"ping"}');
    await until(() => heard.length > 0, 'a pong');
    return heard[0]?.includes('pong') ?? false;
  };
  const setVoltage = (voltage: number): string =>
    JSON.stringify({ type: 'command', command_type: 'set_voltage', block: '1', voltage });

  describe('as an HTTP server', () => {
    beforeEach(() => start());

    it('answers 400 where a WebSocket is, 404 elsewhere, 405 to a POST', async () => {
      const status = async (path: string, method = 'GET'): Promise<number> =>
        (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
      expect(await status('/channel')).to.equal(400);
      expect(await status('/x/channel')).to.equal(400);
      expect(await status('/busbar/ws')).to.equal(400);
      expect(await status('/no/such/file')).to.equal(404);
      expect(await status('/', 'POST')).to.equal(405);
    });

    it('answers in JSON to a program that wants it', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/nothing`, { headers: { Accept: 'application/json' } });
      expect(await answer.json()).to.deep.equal({ status: 404, message: 'there is nothing at this path' });
    });

    it('has no WebSocket at another path', async () => {
      expect(await refusalOf('/chat')).to.equal(404);
    });

    it('says which port it cannot have, and leaves none open', async () => {
      const second = createConnector({ port });
      const reason = await second.start().then(
        () => 'started',
        (thrown: unknown) => String(thrown),
      );
      expect(reason).to.contain(`cannot listen on 127.0.0.1:${port}: another program has this port`);
      await second.stop();
    });

    it('refuses a flood of headers with 431 and serves the others', async () => {
      const socket = await raw();
      const answer = once(socket, 'data');
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${'X-Flood: flood\r\n'.repeat(2_000)}`);
      expect(String((await answer)[0])).to.match(/^HTTP\/1.1 431 /);
      expect(await isServing()).to.equal(true);
    });

    it('survives 16 MiB of random bytes', async () => {
      const socket = await raw();
      const ended = new Promise((resolve) => socket.once('close', resolve));
      for (let count = 0; count < 16 && !socket.destroyed; count += 1) socket.write(randomBytes(2 ** 20));
      await ended;
      expect(await isServing()).to.equal(true);
    });
  });

  describe('asked by a page', () => {
    beforeEach(() => start({ allowedHosts: ['hv.example.org'] }));

    it('refuses a foreign one with 403, on every WebSocket, and logs it', async () => {
      expect(await refusalOf('/busbar/ws', 'http://evil.example')).to.equal(403);
      expect(await refusalOf('/channel', 'http://evil.example')).to.equal(403);
      expect(log.messages).to.include('warn: WebSocket refused');
    });

    it('lets its own in', async () => {
      const client = await open('/channel', { origin: `http://127.0.0.1:${port}` });
      expect(client.readyState).to.equal(WebSocket.OPEN);
    });

    it('lets one in that came by a name of the config', async () => {
      const client = await open('/channel', { origin: 'https://hv.example.org', host: 'hv.example.org' });
      expect(client.readyState).to.equal(WebSocket.OPEN);
    });
  });

  describe('at /channel', () => {
    beforeEach(() => start());

    it('speaks as the HV server does, to all, whoever asked', async () => {
      const [first, second] = [await open('/channel'), await open('/x/channel')];
      const heard = [texts(first), texts(second)] as const;
      first.send(setVoltage(500));
      await until(() => heard.every((list) => list.length > 0), 'the answer');
      const answer = '{"type": "answer", "answer_type": "set_voltage", "block": "1", "status": "ok"}';
      expect(heard).to.deep.equal([[answer], [answer]]);
    });

    it('tells every measurement', async () => {
      const heard = texts(await open('/channel'));
      bus.streamOf('hv').publish({
        type: 'reading',
        channel: 1,
        parameter: 'voltage',
        value: -0.25,
        quality: 'good',
        timeMs: 0,
      });
      await until(() => heard.length > 0, 'a measurement');
      expect(heard).to.deep.equal(['{"type": "answer", "answer_type": "get_voltage", "block": 1, "voltage": -0.25}']);
    });

    const mistakes: readonly (readonly [what: string, message: string | Buffer, code: number])[] = [
      ['an array', '[1,2]', 9],
      ['a number', '5', 9],
      ['no JSON', '{"type":', 4],
      ['a binary message', Buffer.from(setVoltage(1)), 4],
      ['100 000 levels', '['.repeat(100_000), 4],
    ];
    for (const [what, message, code] of mistakes)
      it(`answers ${what} with error ${code} and lives`, async () => {
        const client = await open('/channel');
        const heard = texts(client);
        client.send(message);
        await until(() => heard.length > 0, 'the error');
        expect(heard[0]).to.contain(`"reply_type": "error", "error_code": ${code}`);
        client.send(setVoltage(100));
        await until(() => heard.length > 1, 'the answer');
        expect(heard[1]).to.contain('"status": "ok"');
      });
  });

  describe('in the native protocol', () => {
    beforeEach(() => start());

    const say = (client: WebSocket, frame: ClientFrame): void => {
      client.send(JSON.stringify(frame));
    };
    const frames = (client: WebSocket): StationFrame[] => {
      const found: StationFrame[] = [];
      client.on('message', (data: Buffer) => found.push(JSON.parse(data.toString()) as StationFrame));
      return found;
    };
    const read = (value: number, padding = ''): void => {
      const details = { type: 'reading', parameter: 'voltage', quality: 'good', timeMs: 0 } as const;
      bus.streamOf('fast').publish({ ...details, value: padding === '' ? value : [value, padding] });
    };
    const setTo = (voltage: number) => ({ manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage } });
    const createClient = (): NativeClient => {
      const openSocket = overWebSocket(() => new WebSocket(`ws://127.0.0.1:${port}/busbar/ws`));
      const client = new NativeClient({ openSocket, clock: systemClock, random: Math.random });
      clients.push({
        terminate: () => {
          client.stop();
        },
      });
      return client;
    };

    it('serves its own client: describe, subscribe, command', async () => {
      const client = createClient();
      client.start();
      const description = await client.describe('hv');
      expect(description).to.have.nested.property('value[0].commands.setVoltage');
      await client.subscribe(['hv/**']);
      expect(await client.command(setTo(700))).to.deep.equal({ type: 'reply', value: {} });
      await until(() => client.newest.get('hv/1/voltageSetpoint')?.value === 700, 'the readback');
      expect(client.losses).to.deep.equal({ gaps: 0, conflated: 0 });
    });

    it('takes a client back after a restart on the same port, subscribed as before', async () => {
      const client = createClient();
      client.start();
      await client.subscribe(['hv/**']);
      const reasons: (string | undefined)[] = [];
      client.states.subscribe(({ state, reason }) => {
        if (state === 'lost') reasons.push(reason);
      });
      await connector.stop();
      await start({ port });
      await until(() => client.state.state === 'open', 'the reconnect');
      expect(reasons).to.deep.equal(['the station is stopping']);
      await client.command(setTo(800));
      await until(() => client.newest.get('hv/1/voltageSetpoint')?.value === 800, 'the readback');
    });

    it('says goodbye and closes with 1001', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      const code = closeCode(client);
      await connector.stop();
      expect(await code).to.equal(1001);
      expect(heard).to.deep.equal([{ type: 'goodbye', reason: 'the station is stopping' }]);
    });

    it('answers every one of 1 000 commands that come at once', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      for (let id = 0; id < 1_000; id += 1) say(client, { type: 'command', id, ...setTo(Number.NaN) });
      await until(() => heard.length >= 1_000, 'all answers');
      const ids = heard.map((frame) => (frame.type === 'failure' ? frame.command.id : undefined));
      expect(ids).to.deep.equal(Array.from({ length: 1_000 }, (_, id) => id));
    });

    it('delivers messages of every size as they are', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      say(client, { type: 'subscribe', patterns: ['fast/**'] });
      await until(() => heard.length > 0, 'the snapshot');
      const sizes = [1, 100, 65_300, 65_536, 1_000_000];
      for (const size of sizes) read(size, 'x'.repeat(size));
      await until(() => heard.length > sizes.length, 'all readings');
      expect(heard.slice(1).map((frame) => JSON.stringify(frame).length > 0 && sizeOf(frame))).to.deep.equal(sizes);
    });

    it('conflates for a client that never reads, and tells it the newest and the exact loss when it does', async () => {
      const [stuck, reader] = [await open('/busbar/ws'), await open('/busbar/ws')];
      const [late, all] = [frames(stuck), frames(reader)];
      for (const client of [stuck, reader]) say(client, { type: 'subscribe', patterns: ['fast/**'] });
      await until(() => late.length > 0 && all.length > 0, 'the snapshots');
      stuck.pause();
      const count = 3_000;
      for (let value = 1; value <= count; value += 1) {
        read(value, 'x'.repeat(10_000));
        if (value % 10 === 0) await until(() => all.length > value, 'the reader');
      }
      expect(all).to.have.length(count + 1);
      expect(connector.peers().find(({ isBehind }) => isBehind)?.conflated).to.equal(0);
      stuck.resume();
      await until(() => late.some(({ type }) => type === 'gap'), 'the word of the gap');
      const got = late.filter(({ type }) => type === 'reading');
      const gap = late.find((frame) => frame.type === 'gap');
      expect(sizeOf(got.at(-1))).to.equal(10_000);
      expect(JSON.stringify(got.at(-1))).to.contain(`"value":[${count},`);
      expect(gap).to.deep.equal({ type: 'gap', conflated: count - got.length, total: count - got.length });
      expect(count - got.length).to.be.greaterThan(100);
    });

    it('stops listening to a client that asks without end and reads nothing, until it reads', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      client.pause();
      // More than the kernel's buffers may grow to hold on both sides; the answers to one chunk stay below the outbox's limit.
      const count = 6_000;
      const padding = ' '.repeat(250);
      for (let id = 0; id < count; id += 1) client.send(`${JSON.stringify({ type: 'describe', id })}${padding}`);
      await until(() => connector.peers()[0]?.isBehind === true, 'the client to be behind');
      await pause(200);
      expect(connector.peers()[0]?.received).to.be.below(count);
      expect(connector.peers()[0]?.waitingBytes).to.be.below(2 ** 20);
      expect(await isServing()).to.equal(true);
      client.resume();
      await until(() => heard.length === count, 'every answer');
    });

    it('cuts a client for which more waits than may, and says why', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      say(client, { type: 'subscribe', patterns: ['fast/**'] });
      await until(() => heard.length > 0, 'the snapshot');
      client.pause();
      const code = closeCode(client);
      const details = { text: 'x'.repeat(100_000) };
      for (let turn = 0; turn < 200 && connector.peers().length > 0; turn += 1) {
        bus.streamOf('fast').publish({ type: 'event', event: 'flood', details });
        await pause(1);
      }
      expect(connector.peers()).to.deep.equal([]);
      client.resume();
      expect(await code).to.equal(1006);
      expect(log.messages).to.include('warn: disconnected, too slow');
    });

    it('answers JSON nested 10^6 deep and lives', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      client.send('['.repeat(1_000_000));
      await until(() => heard.length > 0, 'the refusal');
      expect(JSON.stringify(heard[0])).to.contain('nested deeper than 64');
      expect(client.readyState).to.equal(WebSocket.OPEN);
    });

    it('closes with 1009 on a message over 1 MiB, with 1007 on text that is none', async () => {
      const large = await open('/busbar/ws');
      large.send('x'.repeat(2 ** 20 + 1));
      expect(await closeCode(large)).to.equal(1009);
      const broken = await open('/busbar/ws');
      broken.send(Buffer.from([0xff, 0xfe]), { binary: false });
      expect(await closeCode(broken)).to.equal(1007);
      expect(await isServing()).to.equal(true);
    });

    it('ends a WebSocket that turns into random bytes', async () => {
      const socket = await raw();
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET /busbar/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      );
      await once(socket, 'data');
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      for (let count = 0; count < 16 && !socket.destroyed; count += 1) socket.write(randomBytes(2 ** 20));
      await ended;
      expect(await isServing()).to.equal(true);
    });

    it('reports its connections and forgets them', async () => {
      const client = await open('/busbar/ws');
      await open('/channel');
      await until(() => connector.peers().length === 2, 'both');
      expect(connector.peers().map(({ dialect }) => dialect)).to.deep.equal(['native', 'online']);
      client.close();
      await until(() => connector.peers().length === 1, 'one');
    });

    it('stops within a second though a client reads nothing', async () => {
      const client = await open('/busbar/ws');
      const heard = frames(client);
      say(client, { type: 'subscribe', patterns: ['fast/**'] });
      await until(() => heard.length > 0, 'the snapshot');
      client.pause();
      for (let value = 0; value < 20; value += 1) read(value, 'x'.repeat(1_000_000));
      await pause(20);
      const begun = performance.now();
      await connector.stop();
      expect(performance.now() - begun).to.be.below(1_000);
    });
  });

  describe('in silence', () => {
    beforeEach(() => start({}, hurriedClock));

    it('keeps a client that answers pings', async () => {
      const client = await open('/channel');
      let pings = 0;
      client.on('ping', () => (pings += 1));
      await until(() => pings >= 6, 'six pings');
      expect(client.readyState).to.equal(WebSocket.OPEN);
    });

    it('cuts a client that does not, after 45 s at the latest', async () => {
      const client = new WebSocket(`ws://127.0.0.1:${port}/channel`, { autoPong: false });
      clients.push(client);
      await once(client, 'open');
      const begun = performance.now();
      expect(await closeCode(client)).to.equal(1006);
      expect(performance.now() - begun).to.be.within(290, 600);
    });
  });

  describe('with too many clients', () => {
    beforeEach(() => start({ maxConnections: 2 }));

    it('refuses the third and says so once', async () => {
      await open('/channel');
      await open('/channel');
      for (let count = 0; count < 3; count += 1) {
        const socket = connectTcp(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'close');
      }
      expect(log.messages.filter((line) => line.includes('too many'))).to.have.length(1);
    });
  });
});

const sizeOf = (frame: StationFrame | undefined): number =>
  frame?.type === 'reading' && Array.isArray(frame.value) ? String(frame.value[1]).length : 0;

describe('the files of the console', () => {
  let folder: string;
  let server: HttpServer;
  let base: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-files-'));
    mkdirSync(join(folder, 'bundle'));
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    const sections = [consoleSection({ directory: join(folder, 'bundle'), isAtRoot: true })];
    server = new HttpServer({ host: '127.0.0.1', port: 0, sections, maxConnections: 10, log: silentLog });
    base = `http://127.0.0.1:${(await server.start()).port}`;
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const put = (name: string, text: string): void => {
    writeFileSync(join(folder, 'bundle', name), text);
  };

  it('are served at / and under /busbar/, with their types', async () => {
    put('index.html', '<!doctype html>');
    put('main.js', 'let x;');
    for (const prefix of ['/', '/busbar/', '/busbar']) {
      const page = await fetch(base + prefix);
      expect([page.status, page.headers.get('content-type'), await page.text()]).to.deep.equal([
        200,
        'text/html; charset=utf-8',
        '<!doctype html>',
      ]);
    }
    const script = await fetch(`${base}/busbar/main.js`);
    expect([script.status, script.headers.get('content-type')]).to.deep.equal([200, 'text/javascript; charset=utf-8']);
  });

  it('may load nothing from elsewhere', async () => {
    put('index.html', '');
    const policy = (await fetch(base)).headers.get('content-security-policy');
    expect(policy).to.contain("default-src 'self'");
    expect(policy).to.contain("connect-src 'self'");
  });

  it('are not sent again while they are the same', async () => {
    put('index.html', 'one');
    const tag = (await fetch(base)).headers.get('etag') ?? '';
    expect((await fetch(base, { headers: { 'If-None-Match': tag } })).status).to.equal(304);
    put('index.html', 'another');
    expect((await fetch(base, { headers: { 'If-None-Match': tag } })).status).to.equal(200);
  });

  it('are described without being sent to HEAD', async () => {
    put('index.html', 'twelve bytes');
    const answer = await fetch(base, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).to.deep.equal([200, '12', '']);
  });

  it('are asked for by a clear page when they are not built yet', async () => {
    const answer = await fetch(base);
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.contain('npm run build');
  });

  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/busbar/..%5c..%5csecret.txt',
    '/%00',
    '/.',
    '/%',
  ])
    it(`end at their folder: ${path}`, async () => {
      const socket = connectTcp(Number(new URL(base).port), '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const answer: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => answer.push(chunk));
      await once(socket, 'close');
      expect(Buffer.concat(answer).toString()).to.match(/^HTTP\/1.1 404 /);
    });
});
