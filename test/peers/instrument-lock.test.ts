import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { until } from './online-station.js';
import { simulatedSupply } from './simulated-supply.js';

const PROGRAM = join(import.meta.dirname, '../../dist/cli/busbar.js');

/** One process of `busbar serve`, and its log. */
class LoggingStation {
  readonly process: ChildProcess;
  log = '';

  constructor(directory: string, config: string, env: NodeJS.ProcessEnv) {
    mkdirSync(directory);
    this.process = spawn(process.execPath, [PROGRAM, 'serve', config], {
      cwd: directory,
      env: { ...process.env, BUSBAR_STATE: join(directory, 'state'), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.on('data', (bytes: Buffer) => (this.log += bytes.toString()));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('close', resolve));
    this.process.kill(signal);
    await ended;
  }
}

describe('two stations that have the same instrument in their configs', () => {
  let directory: string;
  let config: string;
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let resource: string;
  let stations: LoggingStation[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-two-'));
    supply = simulatedSupply();
    const options = { host: '127.0.0.1', port: 0, instrument: supply };
    server = createScpiSocketServer(options, { clock: systemClock, log: new MemoryLog() });
    [resource = ''] = await server.start();
    config = join(directory, 'lab.yaml');
    writeFileSync(config, `managers: { psu1: { kind: psu, driver: keysight-e36300, resource: '${resource}' } }\n`);
    stations = [];
  });
  afterEach(async () => {
    for (const station of stations) await station.end('SIGKILL');
    supply.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const locks = () => join(directory, 'locks');
  const serve = (name: string): LoggingStation => {
    const station = new LoggingStation(join(directory, name), config, { BUSBAR_LOCKS: locks() });
    stations.push(station);
    return station;
  };
  const isHeldBy = ({ process: { pid } }: LoggingStation): boolean => {
    try {
      return readdirSync(locks()).some((name) => readFileSync(join(locks(), name), 'utf8').includes(`"pid":${pid},`));
    } catch {
      return false; // it was released since it was listed
    }
  };
  /** The first drives the instrument, the second has been told that. */
  const two = async (): Promise<readonly [LoggingStation, LoggingStation]> => {
    const first = serve('first');
    await until('the first drives it', () => supply.connections === 1);
    const second = serve('second');
    await until('the second has been refused', () => second.log.includes('instrument is away'));
    return [first, second];
  };

  it('let one of them drive it; the other says who does, and what to do', async () => {
    const [first, second] = await two();
    expect(second.log).to.contain('LOCKED');
    expect(second.log).to.contain(`${resource} is in use by process ${first.process.pid}: stop the other station`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(supply.connections).to.equal(1);
    expect(second.log.match(/instrument is away/g)).to.have.lengthOf(1);
  });

  it('hand it over when the first stops, and leave no lock behind at the end', async () => {
    const [first, second] = await two();
    await first.end('SIGTERM');
    await until('the second drives it', () => supply.connections === 1);
    await second.end('SIGTERM');
    expect(readdirSync(locks())).to.deep.equal([]);
  });

  it('hand it over when the first was killed', async () => {
    const [first, second] = await two();
    const killedAt = performance.now();
    await first.end('SIGKILL');
    await until('the second has the lock', () => isHeldBy(second));
    await until('the second drives it', () => supply.connections === 1);
    const requests = supply.requests;
    await until('it is asked', () => supply.requests > requests);
    expect(performance.now() - killedAt).to.be.below(3_000);
  });
});
