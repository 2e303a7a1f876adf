import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RawClient } from './bench-on-ports.js';
import { pyvisa } from './foreign-client.js';
import { until } from './online-station.js';

const PROGRAM = join(import.meta.dirname, '../../dist/cli/busbar.js');

const OWN = `driver: acme-one
title: Acme One
family: meter
source: its manual
identity:
  answer: '^(?<manufacturer>ACME),(?<model>One|Two),(?<serial>[^,]*),(?<revision>.*)$'
models:
  One: {}
  Two: {}
parameters:
  reading: { unit: V, ask: 'READ?' }
simulation: { manufacturer: ACME }
`;

/** Four mistakes in four places. */
const WRONG = OWN.replace('family: meter', 'family: metre')
  .replace('unit: V', 'unti: V')
  .replace("ask: 'READ?'", 'ask: 5')
  .replace('simulation:', 'simulations:');

/** `busbar simulate` as a process. */
class Simulation {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  code: number | null | undefined;

  constructor(directory: string, args: readonly string[]) {
    this.process = spawn(process.execPath, [PROGRAM, 'simulate', ...args], { cwd: directory });
    this.process.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.process.once('close', (code) => (this.code = code));
  }

  /** The resource strings, once it is there. */
  async resources(): Promise<readonly string[]> {
    await until('the simulation is ready', () => this.stderr.includes('resource:') || this.code !== undefined);
    return this.stdout.trim().split('\n');
  }

  async port(): Promise<number> {
    const [resource = ''] = await this.resources();
    return Number(resource.split('::')[2]);
  }

  async ended(): Promise<number | null | undefined> {
    if (this.code === undefined) await once(this.process, 'close');
    return this.code;
  }
}

describe('busbar simulate', () => {
  let directory: string;
  const running: Simulation[] = [];
  const clients: RawClient[] = [];
  const simulate = (...args: readonly string[]): Simulation => {
    const simulation = new Simulation(directory, args);
    running.push(simulation);
    return simulation;
  };
  const client = async (port: number): Promise<RawClient> => {
    const raw = await RawClient.to(port);
    clients.push(raw);
    return raw;
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-simulate-'));
    writeFileSync(join(directory, 'acme-one.yaml'), OWN);
    writeFileSync(join(directory, 'wrong.yaml'), WRONG);
  });

  afterEach(async () => {
    for (const raw of clients.splice(0)) raw.close();
    for (const simulation of running.splice(0)) {
      if (simulation.code !== undefined) continue;
      simulation.process.kill('SIGKILL');
      await simulation.ended();
    }
  });

  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('plays a shipped model to pyvisa-py: identity, setting, measuring, error queue', async () => {
    const simulation = simulate('keysight-e36300', '--model', 'E36313A', '--port', '0', '--serial', 'MY42');
    const [resource = ''] = await simulation.resources();
    const requests = ['*IDN?', 'VOLT 5,(@2)', 'VOLT? (@2)', 'VOLT 99,(@2)', 'SYST:ERR?', 'MEAS:CURR? (@1)'];
    const [identity, volts, error, current] = await pyvisa(resource, requests);
    expect(identity).to.equal('Keysight Technologies,E36313A,MY42,2.1.0-1.0.4-1.12');
    expect(Number(volts)).to.equal(5);
    expect(error).to.equal('-222,"Data out of range"');
    expect(Number(current)).to.be.closeTo(0, 0.001);
  });

  it('says where it is on stdout alone, and what to paste on stderr', async () => {
    const simulation = simulate('keysight-e36300', '-p', '0', '--vxi11', '0', '--hislip', '0');
    const resources = await simulation.resources();
    expect(resources.map((resource) => resource.replace(/\d{4,5}/, 'PORT'))).to.deep.equal([
      'TCPIP0::127.0.0.1::PORT::SOCKET',
      'TCPIP0::127.0.0.1,PORT::inst0::INSTR',
      'TCPIP0::127.0.0.1::hislip0,PORT::INSTR',
    ]);
    expect(simulation.stderr).to.contain(`    resource: ${resources[0] ?? ''}\n    # or: ${resources[1] ?? ''}\n`);
    expect(simulation.stderr).to.match(/managers:\n {2}keysight-e36300:\n {4}kind: psu\n {4}driver: keysight-e36300\n/);
  });

  it('plays a file of your own, any model of it', async () => {
    const simulation = simulate('./acme-one.yaml', '--model', 'Two', '--port', '0');
    expect(await (await client(await simulation.port())).ask('*IDN?')).to.equal('ACME,Two,0,0');
    expect(simulation.stderr).to.contain('kind: instrument\n    driver: ./acme-one.yaml\n    model: Two\n');
  });

  it('has loads and faults from the start', async () => {
    const options = ['--port', '0', '--load', '1=2', '--fault', 'garbage once', '--fault', 'slow 200 once'];
    const raw = await client(await simulate('keysight-e36300', ...options).port());
    expect(await raw.ask('*IDN?', 100)).to.equal('');
    expect(await raw.hear()).to.match(/^[\x80-\xff]+$/);
    raw.tell('VOLT 5,(@1);CURR 1,(@1);OUTP 1,(@1)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(Number(await raw.ask('MEAS:VOLT? (@1)'))).to.be.closeTo(2, 0.01);
  });

  it('takes knobs on its stdin, and says what came of them', async () => {
    const simulation = simulate('keysight-e36300', '--port', '0');
    const raw = await client(await simulation.port());
    const turn = async (line: string, shows: RegExp): Promise<void> => {
      const before = simulation.stderr.length;
      simulation.process.stdin.write(`${line}\n`);
      await until(`${line} shows ${shows.source}`, () => shows.test(simulation.stderr.slice(before)));
    };
    await turn('silent once', /on, faults: silent once, connections: 1/);
    expect(await raw.ask('*OPC?', 200)).to.equal('');
    expect(await raw.ask('*OPC?')).to.equal('1');
    await turn('error -310 "System error"', /faults: none/);
    expect(await raw.ask('SYST:ERR?')).to.equal('-310,"System error"');
    await turn('load 2=5', /load of output 2: 5 Ohm/);
    await turn('load 9=5', /has no output 9; it has 1, 2, 3 \(help lists everything\)/);
    await turn('input 5', /has no input to set/);
    await turn('loud', /"loud" is no fault/);
    await turn('help', /power-cycle \[MS\].+switched off instead of answering/);
    await turn('off', /^off, /);
    await until('the client is cut', () => raw.ended !== undefined);
    await turn('on', /^on, /);
    expect(await (await client(await simulation.port())).ask('*OPC?')).to.equal('1');
  });

  it('goes on when nobody can turn its knobs any more', async () => {
    const simulation = simulate('keysight-e36300', '--port', '0');
    const port = await simulation.port();
    simulation.process.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await (await client(port)).ask('*OPC?')).to.equal('1');
  });

  it('tells all that is wrong with a file, each with line and column, and plays nothing', async () => {
    const simulation = simulate('./wrong.yaml', '--port', '0');
    expect(await simulation.ended()).to.equal(1);
    expect(simulation.stdout).to.equal('');
    const lines = simulation.stderr
      .trim()
      .replace(/^busbar: /, '')
      .split('\n');
    expect(lines.map((line) => /^\.\/wrong\.yaml:\d+:\d+: ([\w.]+): /.exec(line)?.[1])).to.deep.equal([
      'family',
      'parameters.reading.unti',
      'parameters.reading.ask',
      'simulations',
    ]);
    expect(simulation.stderr).to.contain('did you mean "meter"?').and.to.contain('did you mean "simulation"?');
  });

  it('says what there is when a name, a model or a fault is unknown', async () => {
    const refused: readonly (readonly [args: readonly string[], code: number, shows: RegExp])[] = [
      [['keysight-e3630'], 1, /did you mean "keysight-e36300"\?/],
      [['./nowhere.yaml'], 1, /nowhere\.yaml cannot be read: ENOENT/],
      [['keysight-e36300', '--model', 'E3631A'], 1, /there are: E36311A, E36312A, E36313A/],
      [['keysight-e36300', '--fault', 'loud'], 1, /"loud" is no fault; there are: silent/],
      [['keysight-e36300', '--load', '9=5', '--port', '0'], 1, /there is no output 9; there are: 1, 2, 3/],
      [['keysight-e36300', '--load', 'heavy'], 2, /--load "heavy": write output=ohms, such as 1=10/],
      [['keysight-e36300', '--port', '99999'], 2, /a port from 0 to 65535/],
    ];
    for (const [args, code, shows] of refused) {
      const simulation = simulate(...args);
      expect(await simulation.ended(), args.join(' ')).to.equal(code);
      expect(simulation.stderr).to.match(shows);
      expect(simulation.stdout).to.equal('');
    }
  });

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const simulation = simulate('keysight-e36300', '--port', String(port));
    expect(await simulation.ended()).to.equal(1);
    expect(simulation.stderr).to.match(/another program has this port \(EADDRINUSE\); stop it or choose another port/);
    other.close();
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`ends by ${signal} at once and in order, whoever is connected`, async () => {
      const simulation = simulate('keysight-e36300', '--port', '0', '--vxi11', '0', '--hislip', '0');
      const raw = await client(await simulation.port());
      await raw.ask('*OPC?');
      const start = Date.now();
      simulation.process.kill(signal);
      expect(await simulation.ended()).to.equal(0);
      expect(Date.now() - start).to.be.below(1_500);
      await until('the client is cut', () => raw.ended !== undefined);
    });
}).timeout(20_000);
