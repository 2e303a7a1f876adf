import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json-value.js';
import { seededRandom } from '../../../core/random.js';
import { Bench } from '../../../simulators/bench/bench.device.js';
import { benchPlan } from '../../../simulators/bench/bench.plan.js';
import type { InstrumentServer } from '../../../simulators/instrument/instrument.js';
import { driverFiles } from '../../../station/driver-files.js';
import { FakeStation } from '../../managers/fake-station.js';
import { startBench } from './bench-lab.js';

const instruments: JsonObject = {
  psu: { driver: 'keysight-e36300', model: 'E36313A', loads: { 1: 10 } },
  rack: { driver: 'fluke-5502e' },
  meter: { driver: 'agilent-34401a', noise: 0, input: 1.5 },
};

describe('a simulated bench', () => {
  let station: FakeStation;
  const turn = (command: string, channel: string, args: JsonObject = {}) => {
    const sent = station.send('bench', command, args, channel);
    return station.clock.pass(0).then(() => sent);
  };
  const newest = async (topic: string) => {
    await station.clock.pass(1_000);
    return station.newest(`bench/${topic}`)?.value;
  };

  beforeEach(async () => {
    station = new FakeStation();
    await startBench(station, instruments);
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  it('has each instrument as a channel, and tells how it is', async () => {
    const [description] = station.bus.managers.map((manager) => manager.describe());
    expect(description?.channels.map(({ id }) => id)).to.deep.equal(['psu', 'rack', 'meter']);
    expect(await newest('psu/power')).to.equal(true);
    expect(await newest('psu/faults')).to.equal('');
    expect(await newest('psu/connections')).to.equal(0);
    expect(await newest('psu/loads')).to.deep.equal({ 1: 10, 2: null, 3: null });
    expect(await newest('rack/loads')).to.deep.equal({});
  });

  it('lets faults be added, shows them in words, and takes them away', async () => {
    await turn('addFault', 'psu', { kind: 'slow', ms: 500, every: 3 });
    await turn('addFault', 'psu', { kind: 'garbage', times: 1 });
    expect(await newest('psu/faults')).to.equal('slow 500 every 3; garbage once');
    expect(await newest('rack/faults')).to.equal('');
    await turn('clearFaults', 'psu');
    expect(await newest('psu/faults')).to.equal('');
  });

  it('has a fault with the entry that it puts into the error queue', async () => {
    await turn('addFault', 'psu', { kind: 'error', code: -222, text: 'Data out of range', times: 2 });
    expect(await newest('psu/faults')).to.equal('error -222 "Data out of range" 2 times');
  });

  it('refuses a fault that is none', async () => {
    expect((await turn('addFault', 'psu', { kind: 'loud' })).text()).to.match(/silent/);
    expect((await turn('addFault', 'psu', { kind: 'slow', every: 0 })).code()).to.equal('BAD_ARGUMENT');
  });

  it('is switched off and on', async () => {
    await turn('setPower', 'psu', { value: false });
    expect(await newest('psu/power')).to.equal(false);
    await turn('setPower', 'psu', { value: true });
    expect(await newest('psu/power')).to.equal(true);
  });

  it('is off as long as a power cycle says', async () => {
    await turn('powerCycle', 'psu', { offMs: 3_000 });
    expect(await newest('psu/power')).to.equal(false);
    await station.clock.pass(2_500);
    expect(await newest('psu/power')).to.equal(true);
  });

  it('has other loads when it is told', async () => {
    await turn('setLoad', 'psu', { ohms: 5, output: 2 });
    expect(await newest('psu/loads')).to.deep.equal({ 1: 10, 2: 5, 3: null });
    await turn('setLoad', 'psu', { ohms: 0 });
    expect(await newest('psu/loads')).to.deep.equal({ 1: 0, 2: 0, 3: 0 });
    await turn('setLoad', 'psu', { output: 1 });
    expect(await newest('psu/loads')).to.deep.equal({ 1: null, 2: 0, 3: 0 });
  });

  it('says what has no output, no such output, no input', async () => {
    expect((await turn('setLoad', 'rack', { ohms: 5 })).text()).to.match(/rack is no supply/);
    expect((await turn('setLoad', 'psu', { ohms: 5, output: 7 })).text()).to.match(
      /psu has no output 7; it has 1, 2, 3/,
    );
    expect((await turn('setInput', 'psu', { value: 5 })).text()).to.match(/psu has no input to set/);
    expect((await turn('setInput', 'meter', { value: 5 })).text()).to.equal(undefined);
  });

  it('leaves its instruments as they are when everything is made safe', async () => {
    await turn('addFault', 'psu', { kind: 'silent' });
    await turn('setPower', 'rack', { value: false });
    expect((await turn('makeSafe', 'psu')).code()).to.equal('UNKNOWN_CHANNEL');
    station.send('bench', 'makeSafe');
    expect(await newest('psu/faults')).to.equal('silent');
    expect(await newest('rack/power')).to.equal(false);
  });
});

describe('the device behind a simulated bench', () => {
  let station: FakeStation;
  const started: string[] = [];
  const stopped: string[] = [];
  const server = (name: string, start: () => Promise<readonly string[]>): InstrumentServer => ({
    start: () => {
      started.push(name);
      return start();
    },
    stop: () => {
      stopped.push(name);
      return Promise.resolve();
    },
  });
  const benchWith = (...servers: readonly InstrumentServer[]): Bench =>
    new Bench({
      plan: benchPlan({ instruments: { psu: { driver: 'keysight-e36300' } }, servers: [], seed: 1 }, driverFiles),
      clock: station.clock,
      random: seededRandom(1),
      createServers: () => servers,
    });

  beforeEach(() => {
    station = new FakeStation();
    started.length = 0;
    stopped.length = 0;
  });

  afterEach(() => station.stop());

  it('has the addresses of all its servers while it is open', async () => {
    const bench = benchWith(
      server('one', () => Promise.resolve(['A', 'B'])),
      server('two', () => Promise.resolve(['C'])),
    );
    await bench.open();
    expect(bench.resources).to.deep.equal(['A', 'B', 'C']);
    await bench.close();
    expect(bench.resources).to.deep.equal([]);
    expect(stopped).to.deep.equal(['one', 'two']);
  });

  it('stops those that have started when one cannot', async () => {
    const taken = new HardwareError('BAD_ARGUMENT', 'port 5025 of 127.0.0.1 is taken');
    const bench = benchWith(
      server('one', () => Promise.resolve(['A'])),
      server('two', () => Promise.reject(taken)),
    );
    const failure: unknown = await bench.open().catch((thrown: unknown) => thrown);
    expect(failure).to.include({ code: 'DISCONNECTED', message: 'port 5025 of 127.0.0.1 is taken' });
    expect(stopped).to.include('one');
  });

  it('lets nothing go on that was opened while it was closed', async () => {
    let ready: (resources: readonly string[]) => void = () => undefined;
    const bench = benchWith(server('slow', () => new Promise((resolve) => (ready = resolve))));
    const opening = bench.open();
    await bench.close();
    ready(['A']);
    await opening;
    expect(stopped.at(-1)).to.equal('slow');
    expect(bench.resources).to.deep.equal([]);
  });
});
