import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ServerSerial, ServerTCP } from 'modbus-serial';
import { HardwareError, type Problem } from '../../core/errors.js';
import type { Links, RegisterLink } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import type { Call } from '../../core/parameter.js';
import { createLinks } from '../../managers/links/registry.js';
import { systemClock } from '../../station/system-clock.js';

const clock = systemClock;
const call = (ms = 5_000): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof HardwareError ? `${thrown.code} ${thrown.message}` : String(thrown)),
  );

/** What a station of `modbus-serial` holds; unit 7 is switched off, register 100 does not exist. */
const station = () => {
  const registers = new Map<number, number>();
  const coils = new Map<number, boolean>();
  const isThere = (address: number, unit: number): void => {
    if (address === 100) throw Object.assign(new Error('no such register'), { modbusErrorCode: 2 });
    if (unit === 7) throw Object.assign(new Error('off'), { modbusErrorCode: 11 });
  };
  const vector = {
    getHoldingRegister: (address: number, unit: number) => (isThere(address, unit), registers.get(address) ?? 0),
    getInputRegister: (address: number) => address * 2,
    getCoil: (address: number) => coils.get(address) ?? false,
    getDiscreteInput: (address: number) => address % 2 === 1,
    setRegister: (address: number, value: number, unit: number) => {
      isThere(address, unit);
      registers.set(address, value);
    },
    setCoil: (address: number, value: boolean) => void coils.set(address, value),
  };
  return { registers, coils, vector };
};

const linksOf = (): Links =>
  createLinks({ clock, random: Math.random, log: silentLog, boards: {}, claim: () => () => undefined });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Reads and writes of every kind. */
const behavesAsModbus = (link: () => RegisterLink, held: () => ReturnType<typeof station>): void => {
  it('writes and reads registers', async () => {
    await link().writeRegisters(10, [1, 2, 65_535], call());
    await link().writeRegisters(13, [7], call());
    expect(await link().readRegisters('holding', 10, 4, call())).to.deep.equal([1, 2, 65_535, 7]);
    expect(await link().readRegisters('input', 20, 2, call())).to.deep.equal([40, 42]);
  });

  it('writes and reads bits', async () => {
    await link().writeBits(0, [true, false, true], call());
    await link().writeBits(9, [true], call());
    expect(await link().readBits('coil', 0, 10, call())).to.deep.equal([
      ...[true, false, true, false, false],
      ...[false, false, false, false, true],
    ]);
    expect(await link().readBits('discrete', 0, 3, call())).to.deep.equal([false, true, false]);
    expect(held().coils.get(9)).to.equal(true);
  });

  it('says in words what a station refuses, and goes on', async () => {
    expect(await failure(link().readRegisters('holding', 100, 1, call()))).to.match(
      /^DEVICE_FAULT unit 1 on .* refused with exception 2, illegal data address: /,
    );
    expect(await link().readRegisters('input', 1, 1, call())).to.deep.equal([2]);
  });

  it('refuses what no request can say', async () => {
    expect(await failure(link().writeRegisters(0, [65_536], call()))).to.match(/^BAD_ARGUMENT .*not 65536$/);
    expect(await failure(link().readRegisters('holding', 0, 126, call()))).to.match(/^BAD_ARGUMENT .*1\.\.125/);
    expect(await failure(link().readBits('coil', 65_535, 2, call()))).to.match(/^BAD_ARGUMENT .*0\.\.65535/);
  });
};

describe('Modbus TCP, against modbus-serial', () => {
  let links: Links;
  let link: RegisterLink;
  let held: ReturnType<typeof station>;
  let server: ServerTCP;
  let gateway: Server;
  let delayMs: (unit: number) => number;
  let connections: Socket[];

  /** Passes requests on to the station, by the unit sooner or later: a gateway with a slow line behind it. */
  const pass = (socket: Socket, port: number): void => {
    connections.push(socket);
    const upstream = connect(port, '127.0.0.1');
    upstream.on('data', (chunk: Buffer) => {
      setTimeout(() => socket.writable && socket.write(chunk), delayMs(chunk[6] ?? 0));
    });
    socket.on('data', (chunk) => upstream.write(chunk));
    socket.on('close', () => upstream.destroy()).on('error', () => undefined);
    upstream.on('error', () => undefined);
  };

  beforeEach(async () => {
    held = station();
    connections = [];
    delayMs = () => 0;
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const port = portOf(probe);
    probe.close();
    await once(probe, 'close');
    server = new ServerTCP(held.vector, { host: '127.0.0.1', port, unitID: 0 });
    await once(server, 'initialized');
    gateway = createServer((socket) => {
      pass(socket, port);
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    links = linksOf();
    link = await links.openRegisters(`MODBUS-TCP::127.0.0.1::${portOf(gateway)}::1`, { timeoutMs: 300 }, call());
  });

  afterEach(async () => {
    await link.close();
    for (const socket of connections) socket.destroy();
    gateway.close();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  });

  behavesAsModbus(
    () => link,
    () => held,
  );

  it('has one connection for all units of a gateway', async () => {
    const other = await links.openRegisters(`MODBUS-TCP::127.0.0.1::${portOf(gateway)}::2`, {}, call());
    await other.readRegisters('input', 1, 1, call());
    await other.close();
    expect(connections).to.have.length(1);
    expect(await link.readRegisters('input', 1, 1, call())).to.deep.equal([2]);
  });

  it('gives an answer that comes too late to nobody', async () => {
    held.registers.set(1, 111).set(2, 222);
    delayMs = () => 400;
    expect(await failure(link.readRegisters('holding', 1, 1, call()))).to.match(/^TIMEOUT .* did not answer/);
    delayMs = () => 150;
    expect(await link.readRegisters('holding', 2, 1, call())).to.deep.equal([222]);
  });

  it('is not held up by a unit that is away', async () => {
    const away = await links.openRegisters(`MODBUS-TCP::127.0.0.1::${portOf(gateway)}::7`, {}, call());
    expect(await failure(away.readRegisters('holding', 1, 1, call()))).to.contain(
      'exception 11, gateway target device failed to respond',
    );
    expect(await link.readRegisters('input', 1, 1, call())).to.deep.equal([2]);
    await away.close();
  });

  it('is lost in the moment the connection breaks, with the request that is under way', async () => {
    const lost: Problem[] = [];
    link.lost.subscribe((reason) => lost.push(reason));
    delayMs = () => 250;
    const answer = failure(link.readRegisters('holding', 1, 1, call()));
    setTimeout(() => connections[0]?.resetAndDestroy(), 50);
    const startedAt = clock.monotonic();
    expect(await answer).to.match(/^DISCONNECTED /);
    expect(clock.monotonic() - startedAt).to.be.below(200);
    expect(lost).to.have.length(1);
    const again = await links.openRegisters(`MODBUS-TCP::127.0.0.1::${portOf(gateway)}::1`, {}, call());
    expect(await again.readRegisters('input', 1, 1, call())).to.deep.equal([2]);
    await again.close();
  });

  it('says who is not there', async () => {
    expect(await failure(links.openRegisters('MODBUS-TCP::127.0.0.1::1::1', {}, call()))).to.match(
      /^DISCONNECTED .*127\.0\.0\.1:1 cannot be reached: connect ECONNREFUSED/,
    );
  });
});

describe('Modbus RTU, against modbus-serial over a pair of pseudo-terminals', () => {
  let directory: string;
  let socat: ChildProcess;
  let server: ServerSerial;
  let links: Links;
  let link: RegisterLink;
  let held: ReturnType<typeof station>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'busbar-modbus-'));
    const [ours, theirs] = [join(directory, 'ours'), join(directory, 'theirs')];
    socat = spawn('socat', [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`]);
    for (let tries = 0; tries < 200 && (await stat(theirs).catch(() => undefined)) === undefined; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    held = station();
    server = new ServerSerial(held.vector, { path: theirs, baudRate: 9_600, unitID: 1 });
    await once(server, 'initialized');
    links = linksOf();
    link = await links.openRegisters(`MODBUS-RTU::${ours}::1`, { timeoutMs: 300 }, call());
  });

  afterEach(async () => {
    await link.close();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    socat.kill();
    await rm(directory, { recursive: true });
  });

  behavesAsModbus(
    () => link,
    () => held,
  );

  it('has a time limit for a unit that is not on the line, and goes on with the others', async () => {
    const away = await links.openRegisters(`MODBUS-RTU::${join(directory, 'ours')}::9`, { timeoutMs: 200 }, call());
    expect(await failure(away.readRegisters('holding', 1, 1, call()))).to.match(/^TIMEOUT .*::9 did not answer/);
    expect(await link.readRegisters('input', 1, 1, call())).to.deep.equal([2]);
    expect(await failure(away.readRegisters('holding', 1, 1, call()))).to.match(/^TIMEOUT .*attempt 2/);
    expect(await link.readRegisters('input', 2, 1, call())).to.deep.equal([4]);
    await away.close();
  });

  it('is lost when the adapter is unplugged', async () => {
    const lost = new Promise<Problem>((resolve) => link.lost.subscribe(resolve));
    socat.kill();
    expect((await lost).message).to.match(/the serial port .* is gone/);
  });
});
