import { expect } from 'chai';
import { volts } from '../../../core/units.js';
import type { HvDriver } from '../../../managers/hv/hv.driver.js';
import { hvKind } from '../../../managers/hv/hv.kind.js';
import { hvManager } from '../../../managers/hv/hv.manager.js';
import { FakeStation } from '../fake-station.js';

const healthy: HvDriver = {
  blocks: [1, 2],
  open: () => Promise.resolve(),
  close: () => Promise.resolve(),
  measureVoltage: () => Promise.resolve(volts(1)),
  newestVoltage: () => volts(1),
  voltageSetpoint: () => Promise.resolve(volts(1)),
  setVoltage: () => Promise.resolve(),
};

const never = (): Promise<never> => new Promise(() => undefined);

describe('the hv manager with a driver that misbehaves', () => {
  let station: FakeStation;

  const startWith = (wrong: Partial<HvDriver>) => {
    const { clock } = station;
    const settings = {
      clock,
      pollMs: 4_000,
      settlingMs: 2_000,
      busyScope: 'manager',
      limitsOf: () => undefined,
    } as const;
    const createDriver = (): HvDriver => ({ ...healthy, ...wrong });
    return station.start(hvManager({ ...settings, safeVoltage: 0 }).create({ ...station.context('hv'), createDriver }));
  };
  const set = () => station.send('hv', 'setVoltage', { voltage: 5 }, 1);

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  it('answers with INTERNAL what the driver throws', async () => {
    await startWith({
      setVoltage: () => {
        throw new Error('a defect');
      },
    });
    const answer = set();
    await station.clock.pass(0);
    expect(answer.code()).to.equal('INTERNAL');
    expect(answer.text()).to.contain('a defect');
  });

  it('answers with INTERNAL what the driver rejects with, and is free again', async () => {
    let isBroken = true;
    await startWith({ setVoltage: () => (isBroken ? Promise.reject(new Error('a defect')) : Promise.resolve()) });
    const first = set();
    await station.clock.pass(0);
    isBroken = false;
    const second = set();
    await station.clock.pass(2_000);
    expect(first.code()).to.equal('INTERNAL');
    expect(second.value()).to.deep.equal({});
  });

  it('ends a write that never returns, once and in bounded time', async () => {
    await startWith({ setVoltage: never });
    const answer = set();
    await station.clock.pass(60_000);
    expect(answer.answers()).to.have.length(1);
    expect(answer.code()).to.equal('TIMEOUT');
    expect(answer.answeredAfterMs()).to.equal(12_000);
  });

  it('gives a check as much time as it asks for, and no more than a write besides', async () => {
    await startWith({ setVoltage: never });
    const check = station.send('hv', 'setVoltageAndCheck', { voltage: 5, maxError: 1, timeout: 100 }, 1);
    await station.clock.pass(200_000);
    expect(check.answeredAfterMs()).to.equal(112_000);
  });

  it('publishes what one block cannot measure as bad, and the other as it is', async () => {
    await startWith({
      measureVoltage: (block) => (block === 1 ? Promise.reject(new Error('a defect')) : Promise.resolve(volts(7))),
    });
    await station.clock.pass(20_000);
    expect(station.newest('hv/1/voltage')).to.include({ value: null, quality: 'bad' });
    expect(station.newest('hv/2/voltage')).to.include({ value: 7, quality: 'good' });
  });

  it('settles and answers also when the setpoint cannot be read back, and says that it is unknown', async () => {
    await startWith({ voltageSetpoint: () => Promise.reject(new Error('a defect')) });
    const answer = set();
    await station.clock.pass(2_000);
    expect(answer.value()).to.deep.equal({});
    expect(station.newest('hv/1/voltageSetpoint')).to.include({ value: null, quality: 'bad' });
  });

  it('goes offline when a measurement never ends', async () => {
    await startWith({ measureVoltage: never });
    await station.clock.pass(60_000);
    expect(station.events()).to.include('offline');
  });

  it('leaves another rack alone', async () => {
    await startWith({ measureVoltage: never, setVoltage: never });
    await station.start(hvKind.create({ noiseV: 0 }, station.context('other')));
    set();
    const other = station.send('other', 'setVoltage', { voltage: 100 }, 1);
    await station.clock.pass(40_000);
    expect(other.answeredAfterMs()).to.equal(2_000);
    expect(station.readings('other/1/voltage')).to.have.length(11);
  });

  it('makes every block safe that it can, and says which could not', async () => {
    const written: number[] = [];
    await startWith({
      setVoltage: (block, voltage) => {
        if (block === 1) return Promise.reject(new Error('stuck'));
        written.push(voltage);
        return Promise.resolve();
      },
    });
    const safe = station.send('hv', 'makeSafe');
    await station.clock.pass(0);
    expect(written).to.deep.equal([0]);
    expect(safe.text()).to.contain('1 of 2 blocks: stuck');
  });
});
