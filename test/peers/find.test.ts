import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { parse } from 'yaml';
import { find, type FindOptions } from '../../cli/find.js';
import { CliError } from '../../cli/exit.js';
import { silentLog } from '../../core/log.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createHislipServer } from '../../simulators/servers/hislip/hislip-server.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { readTree } from '../../station/config/yaml-tree.js';
import { instrumentLock } from '../../station/state/instrument-lock.js';
import { systemClock } from '../../station/system-clock.js';
import { PrintedLines } from '../cli/support.js';
import { LxiResponder } from './lxi-responder.js';
import { descriptors, until } from './online-station.js';
import { simulatedSupply } from './simulated-supply.js';

const HOST = '127.0.0.1';
const PROGRAM = join(import.meta.dirname, '../../dist/cli/busbar.js');
/** Where nobody listens. */
const NOWHERE = 1;
const context = { clock: systemClock, log: silentLog };

describe('busbar find', () => {
  let supply: SimulatedInstrument;
  let directory: string;
  let lines: PrintedLines;
  const closing: (() => unknown)[] = [];

  beforeEach(() => {
    supply = simulatedSupply();
    directory = mkdtempSync(join(tmpdir(), 'busbar-find-'));
    lines = new PrintedLines();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    supply.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const serve = async (server: InstrumentServer): Promise<string> => {
    const [resource = ''] = await server.start();
    closing.push(() => server.stop());
    return resource;
  };
  const socketServer = async (): Promise<{ readonly resource: string; readonly port: number }> => {
    const resource = await serve(createScpiSocketServer({ host: HOST, port: 0, instrument: supply }, context));
    return { resource, port: Number(resource.split('::')[2]) };
  };
  /** Somebody at a port who does `says` when he is asked. */
  const stranger = async (says: (socket: Socket) => void): Promise<number> => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.on('data', () => {
        says(socket);
      });
    }).listen(0, HOST);
    await once(server, 'listening');
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };
  const search = (places: readonly string[], options: Partial<FindOptions> = {}): Promise<void> =>
    find(
      places,
      {
        port: [NOWHERE],
        hislip: NOWHERE,
        portmapper: NOWHERE,
        timeout: 1_000,
        baud: 9_600,
        url: `http://${HOST}:${NOWHERE}`,
        env: { BUSBAR_STATE: directory },
        signal: new AbortController().signal,
        ...options,
      },
      lines,
    );
  const failure = async (searching: Promise<void>): Promise<CliError> => {
    const thrown: unknown = await searching.catch((error: unknown) => error);
    if (thrown instanceof CliError) return thrown;
    throw new Error(`it did not fail: ${String(thrown)}`);
  };

  it('finds a supply by VXI-11 with its portmapper, by HiSLIP and by socket, as one', async () => {
    const { resource, port } = await socketServer();
    const mapped = await portmapper();
    const hislip = await serve(createHislipServer({ host: HOST, port: 0, devices: { hislip0: supply } }, context));
    await search([HOST], { port: [port], portmapper: mapped.portmapper, hislip: Number(/,(\d+)/.exec(hislip)?.[1]) });
    const { managers } = parse(lines.printed.join('\n')) as { managers: object };
    expect(managers).to.deep.equal({
      e36313a: { kind: 'psu', driver: 'keysight-e36300', model: 'E36313A', resource: mapped.resource },
    });
    expect(lines.printed.slice(-2)).to.deep.equal([`    # or: ${hislip}`, `    # or: ${resource}`]);
    expect(lines.said).to.include(`busbar find: ${resource} answers`);
  });

  const portmapper = async (): Promise<{ readonly resource: string; readonly portmapper: number }> => {
    // A free port is found by opening one: the portmapper does not tell where it is.
    for (;;) {
      const port = await stranger(() => undefined);
      await closing.pop()?.();
      const options = { host: HOST, port: 0, portmapper: port, devices: { inst0: supply } };
      const resource = await serve(createVxi11Server(options, context)).catch(() => undefined);
      if (resource !== undefined) return { resource, portmapper: port };
    }
  };

  it('prints what a station takes as its config', async () => {
    const { port } = await socketServer();
    await search([HOST], { port: [port] });
    const tree = readTree(lines.printed.join('\n'), { env: {}, readSecret: () => '' });
    expect(await checkConfig(tree, allKinds)).to.have.property('config');
  });

  it('writes nothing but *IDN? to an instrument, and leaves nothing behind', async () => {
    const before = descriptors();
    const { port } = await socketServer();
    const mapped = await portmapper();
    await search([HOST], { port: [port], portmapper: mapped.portmapper });
    expect([supply.requests, supply.lastMessage]).to.deep.equal([2, '*IDN?']);
    await until('all connections are closed', () => supply.connections === 0);
    for (const close of closing.splice(0).reverse()) await close();
    await until('all sockets are closed', () => descriptors() <= before);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('searches a range, and is done in time where nobody is', async () => {
    const { port, resource } = await socketServer();
    await search(['127.0.0.1-40'], { port: [port], timeout: 300 });
    expect(lines.printed.join('\n')).to.include(`resource: ${resource}`);
    expect(lines.said).to.include('busbar find: asking at 40 addresses');
  });

  it('looks around: portmappers', async () => {
    const mapped = await portmapper();
    await search([], { interface: HOST, portmapper: mapped.portmapper });
    expect(lines.printed.join('\n')).to.include(`resource: ${mapped.resource}`);
  });

  it('looks around: announcements by multicast DNS', async () => {
    const { port, resource } = await socketServer();
    const responder = await new LxiResponder('Simulated E36313A', port).start();
    closing.push(() => responder.stop());
    await search([], { interface: HOST });
    expect(lines.printed.join('\n')).to.include(`resource: ${resource}`);
  });

  it('shows what is announced and does not answer', async () => {
    const responder = await new LxiResponder('Gone\u001b[2J', NOWHERE).start();
    closing.push(() => responder.stop());
    await search([], { interface: HOST });
    expect(lines.printed).to.include(
      `# Announced, and does not answer: _scpi-raw._tcp "Gone\\x1b[2J" at ${HOST}:${NOWHERE}`,
    );
  });

  it('says who has an instrument, and does not ask it', async () => {
    const { port, resource } = await socketServer();
    const release = instrumentLock({ directory: join(directory, 'instruments'), log: silentLog })(resource);
    closing.push(release);
    await search(['localhost'], { port: [port] });
    const named = resource.replace(HOST, 'localhost');
    expect(lines.printed).to.deep.equal([`# In use by process ${process.pid}: ${named}`]);
    expect(supply.requests).to.equal(0);
  });

  it('says which manager of a running station has an instrument, and takes no name that it has', async () => {
    const { port, resource } = await socketServer();
    const other = simulatedSupply();
    closing.push(() => {
      other.close();
    });
    const second = await serve(createScpiSocketServer({ host: HOST, port: 0, instrument: other }, context));
    const config = {
      managers: { e36313a: { kind: 'psu', driver: 'keysight-e36300', resource } },
      connectors: { web: { kind: 'websocket', port: 0 } },
    };
    writeFileSync(join(directory, 'lab.json'), JSON.stringify(config));
    const station = spawn(process.execPath, [PROGRAM, 'serve', 'lab.json'], {
      cwd: directory,
      env: { ...process.env, BUSBAR_STATE: join(directory, 'state') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    closing.push(async () => {
      const ended = once(station, 'close');
      station.kill('SIGKILL');
      await ended;
    });
    const [ready] = (await once(createInterface(station.stdout), 'line')) as [string];
    const url = /web=(\S+)/.exec(ready)?.[1] ?? '';
    await until('the station asks its supply', () => supply.requests > 3);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // the station looks at its links once a second
    await search([HOST], { port: [port, Number(second.split('::')[2])], url });
    expect(lines.printed).to.include(`# In use by manager e36313a of the station at ${url}: ${resource}`);
    expect(lines.printed).to.include('  e36313a-2:');
  });

  it('knows no driver for a stranger, and points to the guide', async () => {
    const port = await stranger((socket) => socket.write('ACME,X-1,42,1.0\r\n'));
    await search([HOST], { port: [port] });
    expect(lines.printed).to.include(
      '  # No driver file knows it: write x-1.yaml, docs/guide/add-an-instrument.md says how',
    );
  });

  it('survives whoever floods it, and prints none of it as it came', async () => {
    const ports = await Promise.all([
      stranger((socket) => socket.write(Buffer.alloc(16 << 20, 'x'))),
      stranger((socket) => socket.write(Buffer.from('\u001b[2J\u0007\n', 'latin1'))),
      stranger((socket) => socket.resetAndDestroy()),
      stranger(() => undefined),
    ]);
    await search([HOST], { port: ports, timeout: 300 });
    const text = lines.printed.join('\n');
    expect(text).to.match(/^[ -~\n]*$/);
    expect(text).to.include('# \\x1b[2J\\x07');
    expect(text.match(/# Gives no identity/g)).to.have.lengthOf(3);
  });

  it('gives objects to machines', async () => {
    const { port } = await socketServer();
    await search([HOST], { port: [port], json: true });
    expect(lines.printed).to.have.lengthOf(1);
    expect(JSON.parse(lines.printed[0] ?? '')).to.include({ type: 'instrument', kind: 'psu', name: 'e36313a' });
  });

  it('ends with 3 where nothing answers, and with 2 for what is no place', async () => {
    expect(await failure(search([HOST]))).to.include({ exitCode: 3 });
    expect(await failure(search(['10.0.0.0/8']))).to.include({ exitCode: 2 });
    expect(await failure(search(['no-such-host.invalid']))).to.include({ exitCode: 3 });
    expect(await failure(search([], { interface: '203.0.113.1' }))).to.include({ exitCode: 2 });
  });

  it('shows what it has found when it is interrupted', async () => {
    const { port } = await socketServer();
    const ending = new AbortController();
    const silent = await stranger(() => {
      ending.abort();
    });
    await search([HOST], { port: [port, silent], timeout: 10_000, signal: ending.signal });
    expect(lines.printed).to.include('  e36313a:');
    expect(lines.said).to.include('busbar find: was interrupted; this is what it had found by then');
  });
});
