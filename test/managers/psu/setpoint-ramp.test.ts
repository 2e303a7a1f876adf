import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from '../../../core/json-value.js';
import { HardwareError } from '../../../core/errors.js';
import { FakeStation } from '../fake-station.js';
import { startPsu, type FakeSettings, type SupplyOnTheTable } from './fake-psu.js';

/** Of the last digit of a binary fraction. */
const NOISE_V = 1e-8;

describe('a ramp', () => {
  let station: FakeStation;
  let table: SupplyOnTheTable;

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  const start = async (settings: FakeSettings = {}, from = 0): Promise<void> => {
    table = await startPsu(station, settings);
    await table.supply.write('voltageSetpoint', 1, from);
    await table.supply.write('currentLimit', 1, 10);
    await table.supply.write('enabled', 1, true);
    await station.clock.pass(6_000);
    table.asked.length = 0;
  };
  const send = async (command: string, args: JsonObject = {}, passMs = 0) => {
    const sent = station.send('psu', command, args, 1);
    await station.clock.pass(passMs);
    return sent;
  };
  const steps = () =>
    table.asked.flatMap(({ what, atMs, value }) =>
      what.startsWith('write voltageSetpoint') ? [{ atMs, volts: Number(value) }] : [],
    );
  const setpoint = () => station.newest('psu/1/voltageSetpoint')?.value;

  it('moves in steps of a tenth of a second, each read back and published, and answers on target', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 1, rate: 2 }, 250);
    expect(steps().map(({ volts }) => volts)).to.deep.equal([0.2, 0.4, 0.6]);
    expect(setpoint()).to.equal(0.6);
    expect(sent.answers()).to.be.empty;
    await station.clock.pass(250);
    expect(sent.value()).to.deep.equal({ voltageSetpoint: 1 });
    expect(steps().map(({ volts }) => volts)).to.deep.equal([0.2, 0.4, 0.6, 0.8, 1]);
  });

  it('never goes back, never over the rate, and ends on its target', async () => {
    await start({ paces: { measured: 60_000, status: 60_000, setting: 60_000 } });
    const volts = fc.integer({ min: 0, max: 6_000 }).map((millivolts) => millivolts / 1_000);
    await fc.assert(
      fc.asyncProperty(
        volts,
        volts,
        fc.double({ min: 2, max: 50, noNaN: true }),
        fc.integer({ min: 0, max: 200 }),
        async (from, to, rate, answerMs) => {
          await table.supply.write('voltageSetpoint', 1, from);
          table.asked.length = 0;
          table.answerMs = answerMs;
          const begun = station.clock.monotonic();
          const sent = await send('rampVoltage', { target: to, rate }, 4_000 + (1_500 * Math.abs(to - from)) / rate);
          expect(sent.value()).to.deep.equal({ voltageSetpoint: to });
          let last = from;
          for (const { volts: next, atMs } of steps()) {
            expect(Math.sign(next - last)).to.equal(Math.sign(to - from));
            expect(Math.abs(next - from)).to.be.at.most((rate * (atMs - begun + 100)) / 1_000 + NOISE_V);
            last = next;
          }
          expect(last).to.equal(to);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes no leap after the instrument has kept it waiting', async () => {
    await start();
    table.answerMs = 900;
    await send('rampVoltage', { target: 6, rate: 1 }, 8_000);
    const volts = steps().map((step) => step.volts);
    const leaps = volts.slice(1).map((next, index) => next - (volts[index] ?? 0));
    expect(Math.max(...leaps)).to.be.at.most(0.5 + NOISE_V);
  });

  it('stays where it is when it is aborted', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 5, rate: 1 }, 1_000);
    await send('abort', {}, 5_000);
    expect(sent.code()).to.equal('ABORTED');
    expect(setpoint()).to.equal(1.1);
    expect(steps().at(-1)?.volts).to.equal(1.1);
  });

  it('ends when the output is switched off at the front panel', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 5, rate: 1 }, 1_000);
    await table.supply.write('enabled', 1, false);
    await station.clock.pass(1_000);
    expect(sent.code()).to.equal('ABORTED');
    expect(sent.text()).to.match(/^the ramp of output 1 ended at 1\.\d+ V: it was switched off$/);
    const count = steps().length;
    await station.clock.pass(5_000);
    expect(steps()).to.have.length(count);
  });

  it('ends with a trip, and names it', async () => {
    await start();
    await table.supply.write('overVoltageLevel', 1, 1);
    const sent = await send('rampVoltage', { target: 5, rate: 1 }, 4_000);
    expect(sent.code()).to.equal('ABORTED');
    expect(sent.text()).to.match(/^the ramp of output 1 ended at \d\.\d+ V: the over-voltage protection has tripped$/);
    const count = steps().length;
    await station.clock.pass(5_000);
    expect(steps()).to.have.length(count);
  });

  it('ends with the link, and is not taken up again when it is back', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 5, rate: 1 }, 1_000);
    const reached = steps().at(-1)?.volts;
    table.unplug();
    await station.clock.pass(100);
    expect(sent.code()).to.equal('DISCONNECTED');
    expect(station.newest('psu/1/voltageSetpoint')).to.include({ quality: 'bad' });
    const writes = table.writes().length;
    table.plugIn();
    await station.clock.pass(10_000);
    expect(table.writes()).to.have.length(writes);
    expect(setpoint()).to.equal(reached);
    expect((await send('rampVoltage', { target: 2, rate: 1 }, 5_000)).value()).to.deep.equal({ voltageSetpoint: 2 });
  });

  it('goes on when one readback on its way has failed', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 1, rate: 1 }, 300);
    table.failures.set('read voltageSetpoint 1', new HardwareError('DEVICE_FAULT', 'garbage'));
    await station.clock.pass(100);
    table.failures.clear();
    await station.clock.pass(2_000);
    expect(sent.value()).to.deep.equal({ voltageSetpoint: 1 });
  });

  it('ends with what the supply refuses', async () => {
    await start();
    table.failures.set('write voltageSetpoint', new HardwareError('DEVICE_FAULT', '-222,"Data out of range"'));
    expect((await send('rampVoltage', { target: 5, rate: 1 })).text()).to.equal('-222,"Data out of range"');
  });

  it('programs an output that is off at once', async () => {
    await start();
    await table.supply.write('enabled', 1, false);
    expect((await send('rampVoltage', { target: 5, rate: 0.1 })).value()).to.deep.equal({ voltageSetpoint: 5 });
    expect(steps()).to.have.length(1);
  });

  it('needs a rate above 0', async () => {
    await start();
    for (const rate of [0, -1])
      expect((await send('rampVoltage', { target: 5, rate })).code()).to.equal('BAD_ARGUMENT');
  });

  for (const rate of [5e-324, 1e308])
    it(`may be as slow or as fast as ${rate} V/s`, async () => {
      await start();
      const sent = await send('rampVoltage', { target: 5, rate }, 1_000);
      expect(sent.value()).to.deep.equal(rate > 1 ? { voltageSetpoint: 5 } : undefined);
      await send('abort');
      expect(sent.code()).to.equal(rate > 1 ? undefined : 'ABORTED');
    });

  it('moves the current limit in the same way', async () => {
    await start();
    await table.supply.write('currentLimit', 1, 1);
    const sent = await send('rampCurrent', { target: 2, rate: 1 }, 2_000);
    expect(sent.value()).to.deep.equal({ currentLimit: 2 });
    expect(table.writes()).to.have.length(10);
    expect(table.writes()[0]).to.equal('write currentLimit 1 1.1');
    await table.supply.write('enabled', 1, false);
    expect((await send('rampCurrent', { target: 11, rate: 1 })).code()).to.equal('OUT_OF_RANGE');
  });

  it('refuses a second one on its output meanwhile', async () => {
    await start();
    await send('rampVoltage', { target: 5, rate: 1 });
    expect((await send('rampVoltage', { target: 0, rate: 1 })).code()).to.equal('BUSY');
  });

  it('has all the time that its rate asks for', async () => {
    await start();
    const sent = await send('rampVoltage', { target: 6, rate: 0.3 }, 19_500);
    expect(sent.answers()).to.be.empty;
    await station.clock.pass(1_000);
    expect(sent.value()).to.deep.equal({ voltageSetpoint: 6 });
  });

  describe('at the rate of the config', () => {
    const rated = { channels: { 1: { rates: { voltage: 1 } } } };

    it('moves what is set while the output is on', async () => {
      await start(rated);
      const sent = await send('setVoltageSetpoint', { value: 2 }, 1_800);
      expect(sent.answers()).to.be.empty;
      await station.clock.pass(200);
      expect(sent.value()).to.deep.equal({});
      expect(steps()).to.have.length(20);
    });

    it('sets at once while it is off', async () => {
      await start(rated);
      await table.supply.write('enabled', 1, false);
      await send('setVoltageSetpoint', { value: 2 });
      expect(steps().map(({ volts }) => volts)).to.deep.equal([2]);
    });

    it('lets the output rise from nothing when it is switched on', async () => {
      await start(rated, 1);
      await table.supply.write('enabled', 1, false);
      const sent = await send('setEnabled', { value: true }, 2_000);
      expect(sent.value()).to.deep.equal({});
      const writes = table.writes();
      expect(writes.slice(0, 3)).to.deep.equal([
        'write voltageSetpoint 1 0',
        'write enabled 1 true',
        'write voltageSetpoint 1 0.1',
      ]);
      expect(setpoint()).to.equal(1);
    });

    it('lets it fall before it is switched off, and programs again what was programmed', async () => {
      await start(rated, 1);
      const sent = await send('setEnabled', { value: false }, 2_000);
      expect(sent.value()).to.deep.equal({});
      expect(table.writes().slice(-3)).to.deep.equal([
        'write voltageSetpoint 1 0',
        'write enabled 1 false',
        'write voltageSetpoint 1 1',
      ]);
      expect(station.newest('psu/1/enabled')?.value).to.equal(false);
    });

    it('is off when it trips on its way down', async () => {
      await start(rated, 3);
      const sent = await send('setEnabled', { value: false }, 500);
      await table.supply.write('enabled', 1, false);
      await station.clock.pass(3_000);
      expect(sent.value()).to.deep.equal({});
      expect(setpoint()).to.equal(3);
    });

    it('is part of setting several at once', async () => {
      await start(rated);
      const sent = await send('configure', { currentLimit: 1, voltageSetpoint: 2 }, 1_000);
      expect(sent.answers()).to.be.empty;
      await station.clock.pass(1_500);
      expect(sent.value()).to.deep.equal({ currentLimit: 1, voltageSetpoint: 2 });
    });

    it('is that of the current, too, and in which order they move', async () => {
      await start({ channels: { 1: { rates: { voltage: 10, current: 10 } } } }, 1);
      await table.supply.write('currentLimit', 1, 1.001);
      const off = await send('setEnabled', { value: false }, 2_000);
      const on = await send('setEnabled', { value: true }, 2_000);
      expect([off.value(), on.value()]).to.deep.equal([{}, {}]);
      expect(table.writes()).to.deep.equal([
        'write currentLimit 1 0.001',
        'write voltageSetpoint 1 0',
        'write enabled 1 false',
        'write voltageSetpoint 1 1',
        'write currentLimit 1 1.001',
        'write voltageSetpoint 1 0',
        'write currentLimit 1 0.001',
        'write enabled 1 true',
        'write voltageSetpoint 1 1',
        'write currentLimit 1 1.001',
      ]);
    });

    it('leaves the set-points as they were when the output does not go on', async () => {
      await start(rated, 3);
      await table.supply.write('enabled', 1, false);
      table.failures.set('write enabled 1', new HardwareError('DEVICE_FAULT', '-200,"Execution error"'));
      expect((await send('setEnabled', { value: true })).text()).to.equal('-200,"Execution error"');
      expect(setpoint()).to.equal(3);
    });

    it('lets an output rise whose trip ends with switching it on', async () => {
      await start(rated, 1);
      await table.supply.write('enabled', 1, false);
      const { supply } = table;
      const read = supply.read;
      supply.read = async (quantity, output) =>
        quantity === 'overCurrentTripped' ? !(await read('enabled', output)) : read(quantity, output);
      await send('clearProtection');
      expect((await send('setEnabled', { value: true }, 2_000)).value()).to.deep.equal({});
      expect(setpoint()).to.equal(1);
    });

    it('is the fastest that may be asked for', async () => {
      await start(rated);
      const sent = await send('rampVoltage', { target: 2, rate: 1.1 });
      expect([sent.code(), sent.text()]).to.deep.equal(['OUT_OF_RANGE', 'rate 1.1 V/s is outside ..1 V/s']);
    });
  });
});
