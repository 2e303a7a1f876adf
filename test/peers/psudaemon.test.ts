import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createHislipServer } from '../../simulators/servers/hislip/hislip-server.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';
import { ServedStation } from './served-station.js';
import { simulatedSupply } from './simulated-supply.js';

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL('python/psudaemon_client.py', import.meta.url));

/** What the exporter's rules read of each item. */
const EXPORTED = ['index', 'psu.idn.model', 'name', 'psu.name', 'psu.idn.serial'];
const MEASURED = ['current', 'current_limit', 'voltage', 'voltage_limit', 'state'];

const roads = {
  'a raw socket': (supply: SimulatedInstrument) =>
    createScpiSocketServer(
      { host: '127.0.0.1', port: 0, instrument: supply },
      { clock: systemClock, log: new MemoryLog() },
    ),
  'VXI-11': (supply: SimulatedInstrument) =>
    createVxi11Server(
      { host: '127.0.0.1', port: 0, devices: { inst0: supply } },
      { clock: systemClock, log: new MemoryLog() },
    ),
  HiSLIP: (supply: SimulatedInstrument) =>
    createHislipServer(
      { host: '127.0.0.1', port: 0, devices: { hislip0: supply } },
      { clock: systemClock, log: new MemoryLog() },
    ),
} as const;

describe('busbar serve --psudaemon, to a client of PSUDaemon', () => {
  let directory: string;
  let file: string;
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let station: ServedStation;
  let port: string;

  const configure = (uri: string): void => {
    const lines = [
      '# the bench of room 12',
      'settings:',
      '  uvicorn: {port: 0, host: 127.0.0.1, log_level: info}',
      'units:',
      "  - name: psu1 # behind the window\n    model: 'Keysight Technologies,E36313A'",
      `    uri: '${uri}'`,
      '    pyvisa_args: {open_timeout: 5000}',
      '    channel_data: {1: {name: core}}',
      '  - name: bmc\n    model: external',
      '    idn: {manufacturer: Acme, model: M1, serial: S1}',
      `    commands: {ping: 'true', get_channels: 'cat ${join(directory, 'bmc.json')}'}`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const channel = { index: 1, name: 'rail', voltage: 12.1, current: 0.5, state: true };
    writeFileSync(join(directory, 'bmc.json'), JSON.stringify([channel]));
  };
  const start = async (open: (supply: SimulatedInstrument) => InstrumentServer): Promise<void> => {
    server = open(supply);
    const [uri = ''] = await server.start();
    configure(uri);
    station = new ServedStation(['--psudaemon', file], directory);
    const root = Object.values(await station.ready())[0] ?? '';
    port = new URL(root).port;
    await until('both units are online', async () => (await channels()).length === 4);
  };
  const client = async (...words: readonly string[]): Promise<Json> => {
    const { stdout } = await run('/usr/bin/python3', [CLIENT, port, ...words]);
    return JSON.parse(stdout) as Json;
  };
  const json = async (path: string): Promise<Json> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return (await answer.json()) as Json;
  };
  const channels = async () => (await json('/monitoring/channels')) as readonly JsonObject[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-psudaemon-'));
    file = join(directory, 'psudaemon.yaml');
    supply = simulatedSupply();
  });
  afterEach(async () => {
    await station.end('SIGKILL');
    await server.stop();
    supply.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const [road, open] of Object.entries(roads)) {
    it(`lists, sets, reads back and names channels of a supply behind ${road}`, async () => {
      await start(open);
      expect(((await client('table')) as readonly (readonly Json[])[]).map((row) => row.slice(0, 4))).to.deep.equal([
        ['psu1', 'core', 1, false],
        ['psu1', 'CH2', 2, false],
        ['psu1', 'CH3', 3, false],
        ['bmc', 'rail', 1, true],
      ]);
      const set = await client('set', 'psu1', '2', 'state=1', 'name=lamp', 'voltage_limit=5', 'current_limit=0.5');
      expect(set).to.include({ index: 2, name: 'lamp', state: true, voltage_limit: 5, current_limit: 0.5 });
      await until('5 V', async () => {
        const { voltage } = (await json('/units/psu1/2')) as { readonly voltage: number };
        return Math.abs(voltage - 5) < 0.05;
      });
    });
  }

  describe('behind a raw socket', () => {
    beforeEach(async () => {
      await start(roads['a raw socket']);
    });

    it('has everything that the rules of json_exporter read', async () => {
      const items = (await client('get')) as readonly JsonObject[];
      for (const item of items) {
        expect(item).to.include.all.keys([...EXPORTED, ...MEASURED]);
        for (const name of MEASURED) expect(typeof item[name], name).to.be.oneOf(['number', 'boolean', 'object']);
      }
      expect(items[0]).to.include({ 'psu.name': 'psu1', 'psu.idn.model': 'E36313A', 'psu.idn.serial': 'MY61004803' });
    });

    it('refuses in JSON whatever is asked for: a client that looks at no status can read it', async () => {
      expect(await client('set', 'psu1', '1', 'voltage_limit=500')).to.deep.equal({
        detail: 'voltage_limit 500 V is outside 0..6.18 V',
      });
      expect(await client('get', 'psu1', '9')).to.deep.equal({ detail: 'psu psu1 has no channel 9' });
      expect(await client('get', 'nobody', '1')).to.deep.equal({ detail: 'undefined psu' });
      expect(await client('set', 'bmc', '1', 'state=0')).to.deep.equal({ detail: 'unable to set channel state' });
      expect(await client('set', 'psu1', '1', 'voltage_limit=nan')).to.have.nested.property('detail[0].type');
    });

    it('loses one unit, not the others, and has it back within seconds', async () => {
      supply.powerCycle(1_000);
      await until('psu1 is away', async () => (await channels()).length === 1);
      expect(await client('get', 'psu1', '1'))
        .to.have.property('detail')
        .that.matches(/psu1/);
      await until('psu1 is back', async () => (await channels()).length === 4);
    });

    it('saves names and set-points, and keeps comments and what it does not know', async () => {
      await client('set', 'psu1', '3', 'name=spare', 'voltage_limit=2.5');
      const answer = await fetch(`http://127.0.0.1:${port}/settings`, { method: 'POST' });
      expect(answer.status).to.equal(200);
      const saved = readFileSync(file, 'utf8');
      for (const kept of ['# the bench of room 12', '# behind the window', 'get_channels: ', 'name: spare']) {
        expect(saved).to.include(kept);
      }
      expect(await station.end('SIGTERM')).to.equal(0);
      station = new ServedStation(['--psudaemon', file], directory);
      port = new URL(Object.values(await station.ready())[0] ?? '').port;
      await until('the name is there again', async () =>
        (await channels()).some(({ index, name }) => index === 3 && name === 'spare'),
      );
    });

    it('ends after kill -9 and comes back to a supply that goes on as it was set', async () => {
      await client('set', 'psu1', '1', 'state=1', 'voltage_limit=3');
      await station.end('SIGKILL');
      station = new ServedStation(['--psudaemon', file], directory);
      port = new URL(Object.values(await station.ready())[0] ?? '').port;
      await until('it shows the set-point', async () =>
        (await channels()).some((item) => item['state'] === true && item['voltage_limit'] === 3),
      );
    });
  });
});
