import { expect } from 'chai';
import { seededRandom } from '../../../core/random.js';
import { Bench } from '../../../simulators/bench/bench.device.js';
import type { InstrumentOptions } from '../../../simulators/bench/bench.options.js';
import { benchPlan } from '../../../simulators/bench/bench.plan.js';
import { driverFiles } from '../../../station/driver-files.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Talk } from './talk.js';

const METER: InstrumentOptions = { driver: 'keithley-2000', noise: 0, measuringMs: 0 };

describe('a simulated meter', () => {
  let clock: FakeClock;
  let bench: Bench;
  const start = (instruments: { readonly [name: string]: InstrumentOptions }): void => {
    const plan = benchPlan({ instruments, servers: [], seed: 1 }, driverFiles);
    bench = new Bench({ plan, clock, random: seededRandom(1), createServers: () => [] });
  };
  const talk = (name: string): Talk => new Talk(bench.instrument(name));
  const reading = (name = 'meter'): number => Number(talk(name).ask('READ?'));

  beforeEach(() => {
    clock = new FakeClock();
  });

  afterEach(async () => {
    await bench.close();
    expect(clock.pending).to.equal(0);
    clock.uninstall();
  });

  it('shows what is at its terminals', () => {
    start({ meter: { ...METER, input: 1.25 } });
    expect(reading()).to.equal(1.25);
    bench.setInput('meter', -0.5);
    expect(reading()).to.equal(-0.5);
  });

  it('has noise, no more than it is told', () => {
    start({ meter: { ...METER, noise: 0.01, input: 1 } });
    const readings = Array.from({ length: 100 }, () => reading());
    expect(new Set(readings)).to.have.length.above(90);
    expect(Math.max(...readings.map((value) => Math.abs(value - 1)))).to.be.within(0.008, 0.01);
  });

  it('says an overload beyond 120 % of its range, with its sign', () => {
    start({ meter: { ...METER, input: 11.9 } });
    talk('meter').tell('SENS:VOLT:RANG 10');
    expect(reading()).to.equal(11.9);
    bench.setInput('meter', 12.1);
    expect(talk('meter').ask('READ?')).to.equal('+9.90000000E+37');
    bench.setInput('meter', -12.1);
    expect(talk('meter').ask('READ?')).to.equal('-9.90000000E+37');
  });

  it('takes two integrations for a reading, the second of its zero', async () => {
    start({ meter: { driver: 'agilent-34401a', noise: 0, input: 1 } });
    const meter = talk('meter');
    for (const [cycles, ms] of [
      [100, 4_000],
      [10, 400],
      [0.2, 8],
    ] as const) {
      meter.tell(`VOLT:NPLC ${cycles}`);
      meter.tell('READ?');
      await clock.pass(ms - 1);
      expect(meter.read(), `${cycles} cycles`).to.equal('');
      await clock.pass(1);
      expect(Number(meter.read()), `${cycles} cycles`).to.equal(1);
    }
  });

  it('answers anything else only after its reading', async () => {
    start({ meter: { driver: 'agilent-34401a' } });
    const session = bench.instrument('meter').connect();
    session.write(Buffer.from('READ?\n*OPC?\n'), false);
    await clock.pass(3_999);
    expect(session.take(100)).to.equal(undefined);
    await clock.pass(1);
    expect(Buffer.from(session.take(100)?.bytes ?? []).toString()).to.match(/^[+-]\d/);
    await clock.turns(1);
    expect(Buffer.from(session.take(100)?.bytes ?? []).toString()).to.equal('1\n');
  });

  describe('that follows', () => {
    it('a supply sees what its terminals have: the limit, the load, the trip', async () => {
      const psu: InstrumentOptions = { driver: 'keysight-e36300', model: 'E36313A', loads: { 2: 10 } };
      start({ meter: { ...METER, follows: { instrument: 'psu', parameter: 'voltage', channel: 2 } }, psu });
      const supply = talk('psu');
      supply.tell('VOLT 10,(@2);CURR 0.5,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      expect(reading()).to.be.closeTo(5, 0.001);
      supply.tell('VOLT:PROT 4,(@2)');
      await clock.pass(500);
      expect(reading()).to.be.closeTo(0, 0.001);
    });

    it('the rack sees the high voltage through its divider, as fast as that can move', async () => {
      const follows = {
        instrument: 'rack',
        parameter: 'output',
        scale: 3_500,
        offset: 1.5,
        rampPerS: 1_000,
        divider: -4_000,
      };
      start({ meter: { ...METER, follows }, rack: { driver: 'fluke-5502e' } });
      const rack = talk('rack');
      expect(reading()).to.equal(1.5 / -4_000);
      rack.tell('OUT 2 V');
      rack.tell('OPER');
      await clock.pass(1_000);
      expect(reading()).to.be.closeTo(-(1.5 + 1_000) / 4_000, 1e-6);
      await clock.pass(60_000);
      expect(reading()).to.be.closeTo(-(1.5 + 7_000) / 4_000, 1e-6);
      rack.tell('STBY');
      await clock.pass(500);
      expect(reading()).to.be.closeTo(-(1.5 + 6_500) / 4_000, 1e-6);
    });

    it('moves between two settings though nobody looks at it', async () => {
      const follows = { instrument: 'rack', parameter: 'output', scale: 100, rampPerS: 100 };
      start({ meter: { ...METER, follows }, rack: { driver: 'fluke-5502e' } });
      const rack = talk('rack');
      rack.tell('OPER;:OUT 5 V');
      await clock.pass(3_000);
      rack.tell('OUT 0 V');
      await clock.pass(1_000);
      expect(reading()).to.be.closeTo(200, 0.001);
    });

    it('an instrument that is switched off sees nothing', async () => {
      const follows = { instrument: 'rack', parameter: 'output' };
      start({ meter: { ...METER, follows }, rack: { driver: 'fluke-5502e' } });
      talk('rack').tell('OUT 5 V;OPER');
      await clock.pass(0);
      expect(reading()).to.equal(5);
      bench.instrument('rack').switchOff();
      expect(reading()).to.equal(0);
    });
  });
});
