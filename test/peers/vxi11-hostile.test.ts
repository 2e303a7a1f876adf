import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { encodeCall } from '../../core/wire/onc-rpc.js';
import { encodeRecord } from '../../core/wire/rpc-record.js';
import { PORTMAPPER, getPort, IP_TCP } from '../../core/wire/portmapper.js';
import { VXI11_CORE, vxi11 } from '../../core/wire/vxi11.js';
import { encodeXdr } from '../../core/wire/xdr.js';
import { createLinks } from '../../managers/links/registry.js';
import type { Link } from '../../core/link.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { systemClock } from '../../station/system-clock.js';
import { Vxi11TestClient } from '../simulators/servers/vxi11/vxi11-client.js';
import { MemoryLog } from '../support/memory-log.js';
import { callWithin, linkContext } from './link-context.js';
import { descriptors, until } from './online-station.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

const HOST = '127.0.0.1';
const MIB = 1 << 20;
/** Of the server: what all its clients may have at a time. */
const MAX_LINKS = 256;
const MAX_CONNECTIONS = 64;

describe('hostile clients of a simulated VXI-11 instrument', () => {
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let core: number;
  let portmapper: number;
  let healthy: Link;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    portmapper = await freePort();
    supply = simulatedSupply();
    const options = { host: HOST, port: 0, portmapper, devices: { inst0: supply }, maxConnections: MAX_CONNECTIONS };
    server = createVxi11Server(options, { clock: systemClock, log: new MemoryLog() });
    const [resource = ''] = await server.start();
    core = Number(/,(\d+)/.exec(resource)?.[1]);
    healthy = await createLinks(linkContext()).open(resource, {}, callWithin());
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await healthy.close();
    supply.close();
    await server.stop();
  });
  const dial = async (port = core): Promise<Socket> => {
    const socket = connect({ host: HOST, port, noDelay: true });
    socket.on('error', () => undefined).resume();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const isHealthy = async (): Promise<void> => {
    expect(await healthy.query('*IDN?', callWithin(2_000))).to.match(SUPPLY_IDENTITY);
  };
  const isCut = async (socket: Socket): Promise<void> => {
    await until('the connection is cut', () => socket.closed);
    await isHealthy();
  };
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const callOf = (procedure: number, args: Uint8Array, program: object = VXI11_CORE): Uint8Array =>
    encodeCall({ xid: 1, ...VXI11_CORE, ...program, procedure, args });

  it('are cut when they send 16 MiB of anything, on every port', async () => {
    const before = process.memoryUsage().rss;
    const { abortPort } = await new Vxi11TestClient(await dial(), systemClock).link();
    for (const port of [core, portmapper, abortPort]) {
      const socket = await dial(port);
      const noise = randomFillSync(Buffer.alloc(16 * MIB));
      noise.writeUInt32BE(0x7fff_ffff, 0);
      socket.write(noise);
      await isCut(socket);
    }
    expect(process.memoryUsage().rss - before).to.be.below(64 * MIB);
  });

  it('are cut when they announce a record of 2 GiB, in one fragment or in many', async () => {
    const [one, many] = [await dial(), await dial()];
    one.write(word(0xffff_ffff));
    await isCut(one);
    for (let fragment = 0; fragment < 10; fragment += 1)
      many.write(Buffer.concat([word(65_536), Buffer.alloc(65_536)]));
    await isCut(many);
  });

  it('are cut when they send fragments of nothing without end', async () => {
    const socket = await dial();
    const send = (): void => {
      if (!socket.closed && socket.write(Buffer.alloc(65_536))) setImmediate(send);
    };
    socket.on('drain', send);
    send();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await isHealthy();
  });

  it('that stop in mid-record hold nobody up', async () => {
    const record = encodeRecord(callOf(vxi11.createLink.number, new Uint8Array(40)));
    for (let length = 1; length < record.length; length += 7) (await dial()).write(record.subarray(0, length));
    await isHealthy();
  });

  it('are told what is wrong with a call, and may go on', async () => {
    const socket = await dial();
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    const calls = [
      callOf(99, new Uint8Array(0)),
      callOf(10, new Uint8Array(3)),
      callOf(11, Buffer.concat([word(1), word(0), word(0), word(8), word(0xffff_fff0)])),
      callOf(10, new Uint8Array(0), { version: 7 }),
      callOf(0, new Uint8Array(0)),
    ];
    for (const message of calls) socket.write(encodeRecord(message));
    // mark, xid, reply, accepted, verifier (2), state: 3 no such procedure, 4 garbage (2), 2 version, 0
    await until('all answers', () => Buffer.concat(heard).length >= 5 * 28 + 8);
    const states: number[] = [];
    for (let rest = Buffer.concat(heard); rest.length > 0; rest = rest.subarray(4 + (rest.readUInt32BE(0) & 0xffff)))
      states.push(rest.readUInt32BE(24));
    expect(states).to.deep.equal([3, 4, 4, 2, 0]);
  });

  it('get no more links than there are; who lets go of one makes room', async () => {
    const client = new Vxi11TestClient(await dial(), systemClock);
    let given = 0;
    const errors = new Set<number>();
    let last = 0;
    for (let wish = 0; wish < 1_000; wish += 1) {
      const { error, lid } = await client.rpc.call(vxi11.createLink, linkWish, 5_000);
      errors.add(error);
      if (error === 0) {
        given += 1;
        last = lid;
      }
    }
    expect(given).to.equal(MAX_LINKS - 1); // the healthy one has the other
    expect([...errors]).to.deep.equal([0, 9]);
    await isHealthy();
    await client.rpc.call(vxi11.destroyLink, { lid: last }, 5_000);
    expect(await client.rpc.call(vxi11.createLink, linkWish, 5_000)).to.include({ error: 0 });
    await client.rpc.close();
    await until('all are gone', () => supply.connections === 1);
  });

  it('get no more connections than there are, and leave nothing behind', async () => {
    await isHealthy();
    const before = descriptors();
    for (let round = 0; round < 500; round += 1) await dial().catch(() => undefined); // some are refused at once
    await isHealthy();
    await until('the others are refused', () => sockets.filter((socket) => !socket.closed).length < MAX_CONNECTIONS);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('their sockets are closed', () => descriptors() <= before);
    const client = new Vxi11TestClient(await dial(), systemClock);
    expect(await client.rpc.call(vxi11.createLink, linkWish, 5_000)).to.include({ error: 0 });
    await client.rpc.close();
  });

  it('that do not read what they ask for cost bounded memory', async () => {
    const socket = await dial();
    socket.pause();
    const ask = (procedure: { number: number }, args: Uint8Array) => encodeRecord(callOf(procedure.number, args));
    socket.write(ask(vxi11.createLink, encodeXdr(vxi11.createLink.args, linkWish)));
    const [answer] = (await once(socket.resume(), 'data')) as [Buffer];
    socket.pause();
    const lid = answer.readInt32BE(32);
    const before = process.memoryUsage().rss;
    const data = Buffer.from(`${Array.from({ length: 10_000 }, () => '*IDN?').join(';')}\n`);
    const write = ask(
      vxi11.write,
      encodeXdr(vxi11.write.args, { lid, ioTimeoutMs: 0, lockTimeoutMs: 0, flags: 8, data }),
    );
    const read = ask(
      vxi11.read,
      encodeXdr(vxi11.read.args, {
        lid,
        requestBytes: 0xffff_ffff,
        ioTimeoutMs: 0,
        lockTimeoutMs: 0,
        flags: 0,
        terminator: 0,
      }),
    );
    for (let round = 0; round < 200; round += 1) socket.write(Buffer.concat([write, read]));
    await isHealthy();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await isHealthy();
    // What this client has not sent yet is in this process, too: 12 MB.
    expect(process.memoryUsage().rss - before).to.be.below(96 * MIB);
  });

  it('that lock the instrument and go hold nobody up', async () => {
    const client = new Vxi11TestClient(await dial(), systemClock);
    await client.rpc.call(vxi11.createLink, { ...linkWish, lockDevice: true }, 5_000);
    const waiting = healthy.query('*IDN?', callWithin(500)).catch(String);
    expect(await waiting).to.include('another program has locked it');
    sockets.at(-1)?.resetAndDestroy();
    await until('the lock is free', () => supply.connections === 1);
    await isHealthy();
  });

  it('that go while the instrument keeps them waiting leave nothing behind', async () => {
    const client = new Vxi11TestClient(await dial(), systemClock);
    const { lid } = await client.rpc.call(vxi11.createLink, linkWish, 5_000);
    const forEver = { lid, requestBytes: 1, ioTimeoutMs: 0xffff_ffff, lockTimeoutMs: 0, flags: 0, terminator: 0 };
    const reading = client.rpc.call(vxi11.read, forEver, 0x7fff_ffff).catch(String);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const next = client.rpc.call(vxi11.destroyLink, { lid }, 0x7fff_ffff).catch(String);
    await new Promise((resolve) => setTimeout(resolve, 50));
    sockets.at(-1)?.destroy();
    await until('its link is gone', () => supply.connections === 1);
    expect(await Promise.all([reading, next])).to.match(/is lost.*is lost/);
  });

  it('that throw datagrams at the portmapper hold nobody up', async () => {
    const socket = createSocket('udp4');
    try {
      const noise = randomFillSync(Buffer.alloc(4_000));
      for (let length = 0; length < 4_000; length += 40) socket.send(noise.subarray(0, length), portmapper, HOST);
      const wanted = encodeXdr(getPort.args, { ...VXI11_CORE, protocol: IP_TCP, port: 0 });
      const answers: Buffer[] = [];
      socket.on('message', (message) => answers.push(message));
      await until('an answer', () => {
        if (answers.length === 0) socket.send(callOf(getPort.number, wanted, PORTMAPPER), portmapper, HOST);
        return answers.length > 0;
      });
      expect(answers[0]?.readUInt32BE(24)).to.equal(core);
    } finally {
      socket.close();
    }
    await isHealthy();
  });
});

const linkWish = { clientId: 1, lockDevice: false, lockTimeoutMs: 0, device: 'inst0' };

const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
};
