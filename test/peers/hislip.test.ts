import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { toProblem } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { seededRandom } from '../../core/random.js';
import { createLinks } from '../../managers/links/registry.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createHislipServer, type HislipServerOptions } from '../../simulators/servers/hislip/hislip-server.js';
import { systemClock } from '../../station/system-clock.js';
import { ScriptedInstrument } from '../simulators/servers/scripted-instrument.js';
import { MemoryLog } from '../support/memory-log.js';
import { descriptors, until } from './online-station.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

/** A question of 4 MiB, more than fits into one message either way. */
const LARGE = `ECHO? ${'0123456789abcdef'.repeat(1 << 18)}`;

describe('HiSLIP over real sockets', () => {
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let resource: string;
  let port: number;
  const closing: (() => unknown)[] = [];

  const serve = async (options: Partial<HislipServerOptions> = {}): Promise<void> => {
    const whole = { host: '127.0.0.1', port: 0, devices: { hislip0: supply }, ...options };
    server = createHislipServer(whole, { clock: systemClock, log: new MemoryLog() });
    [resource = ''] = await server.start();
    port = Number(/,(\d+)/.exec(resource)?.[1]);
  };
  beforeEach(() => {
    supply = simulatedSupply();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    supply.close();
    await server.stop();
  });

  const call = (ms = 5_000): Call => ({
    signal: new AbortController().signal,
    deadline: systemClock.monotonic() + ms,
  });
  const open = async (to = resource): Promise<Link> => {
    const log = new MemoryLog();
    const context = { clock: systemClock, random: seededRandom(1), log, boards: {}, claim: () => () => undefined };
    const link = await createLinks(context).open(to, { timeoutMs: 20_000 }, call());
    closing.push(() => link.close());
    return link;
  };

  describe('our link to our server', () => {
    for (const mode of ['synchronized', 'overlap'] as const) {
      it(`asks, sets, measures, clears, and carries a large transfer (${mode} mode)`, async () => {
        await serve({ mode, devices: { hislip0: supply, hislip1: new ScriptedInstrument((line) => line) } });
        const link = await open();
        expect(await link.query('*IDN?', call())).to.match(SUPPLY_IDENTITY);
        await link.write('VOLT 5,(@2);CURR 0.5,(@2);OUTP 1,(@2)', call());
        expect(await link.query('OUTP? (@2)', call())).to.equal('1');
        expect(await link.statusByte(call())).to.equal(0);
        await link.clear(call());
        expect(Number(await link.query('VOLT? (@2)', call()))).to.equal(5);
        const echo = await open(resource.replace('hislip0', 'hislip1'));
        expect((await echo.query(LARGE, call(20_000))) === LARGE).to.equal(true);
      });
    }

    it('gives an answer that comes late to no later question', async () => {
      await serve();
      const link = await open();
      supply.faults.add({ kind: 'late', ms: 300 });
      const failure = await link.query('*IDN?', call(100)).catch(toProblem);
      expect(failure).to.include({ code: 'TIMEOUT' });
      expect(await link.query('OUTP? (@1)', call())).to.equal('0');
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await link.query('OUTP? (@1)', call())).to.equal('0');
    });

    it('tells that the instrument asks for service, and why', async () => {
      await serve();
      const link = await open();
      let requests = 0;
      link.serviceRequests.subscribe(() => (requests += 1));
      await link.write('*ESE 32;*SRE 32', call());
      await link.write('NONSENSE', call());
      await until('a request for service', () => requests === 1);
      expect((await link.statusByte(call())) & 0x60).to.equal(0x60);
    });

    it('is lost at once when the instrument is switched off, 25 times without a leak', async () => {
      await serve();
      const before = descriptors();
      for (let round = 0; round < 25; round += 1) {
        const link = await open();
        let losses = 0;
        link.lost.subscribe(() => (losses += 1));
        const asking = link.query('*IDN?', call()).catch(toProblem);
        supply.switchOff();
        await until('the loss', () => losses === 1);
        await asking;
        supply.switchOn();
        await link.close();
      }
      await until('the sockets are closed', () => descriptors() <= before);
    });

    it('says that nobody is there, and that the instrument is switched off', async () => {
      await serve();
      supply.switchOff();
      expect(await open().catch(toProblem)).to.include({ code: 'DISCONNECTED' });
      await server.stop();
      const { code, message } = toProblem(await open().catch((thrown: unknown) => thrown));
      expect([code, message]).to.deep.equal([
        'DISCONNECTED',
        `127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
      ]);
    });
  });

  describe('a client made of the vectors of the specification', () => {
    const dial = async (): Promise<Socket & { heard: string }> => {
      const socket = Object.assign(connect({ host: '127.0.0.1', port }), { heard: '' });
      socket.on('data', (chunk: Buffer) => (socket.heard += chunk.toString('hex'))).on('error', () => undefined);
      closing.push(() => socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    const say = (socket: Socket, hex: string): boolean => socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

    it('initialises, exchanges sizes, and asks who is there', async () => {
      await serve();
      const sync = await dial();
      say(sync, '4853 00 00 01007878 0000000000000007 6869736c697030');
      await until('the session', () => sync.heard.length === 32);
      expect(sync.heard).to.equal('48530100' + '01000001' + '0'.repeat(16));
      const async = await dial();
      say(async, `4853 11 00 0000${sync.heard.slice(12, 16)} 0000000000000000`);
      await until('the other channel', () => async.heard.length === 32);
      async.heard = '';
      say(async, '4853 0f 00 00000000 0000000000000008 0000000000100000');
      await until('the size', () => async.heard.length === 48);
      expect(async.heard).to.equal('48531000000000000000000000000008' + '0000000000100000');
      sync.heard = '';
      say(sync, '4853 07 00 ffffff00 0000000000000007 2a49444e3f0d0a');
      await until('the identity', () => sync.heard.length > 32);
      expect(sync.heard.slice(0, 16)).to.equal('48530700ffffff00');
      expect(Buffer.from(sync.heard.slice(32), 'hex').toString().trimEnd()).to.match(SUPPLY_IDENTITY);
    });

    it('is told what is wrong before the connection ends', async () => {
      await serve();
      const socket = await dial();
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await once(socket, 'close');
      expect(socket.heard.slice(0, 8)).to.equal('48530201');
    });

    it('spoils nothing for others with 4 MiB of anything', async () => {
      await serve();
      const link = await open();
      const [foreign, oversize] = [await dial(), await dial()];
      foreign.write(Buffer.alloc(4 << 20, 0x48));
      say(oversize, '4853 00 00 01007878 00ffffffffffffff');
      oversize.write(Buffer.alloc(4 << 20));
      expect(await link.query('*IDN?', call())).to.match(SUPPLY_IDENTITY);
    });
  });
});
