import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json-value.js';
import type { Output } from '../../../core/message.js';
import { FakeStation } from '../fake-station.js';
import { startPsu, type SupplyOnTheTable } from './fake-psu.js';

const refusal = new HardwareError('DEVICE_FAULT', '-222,"Data out of range"');

describe('a power supply', () => {
  let station: FakeStation;
  let table: SupplyOnTheTable;

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  const send = async (command: string, args: JsonObject = {}, channel: number | undefined = 1) => {
    const sent = station.send('psu', command, args, channel);
    await station.clock.pass(0);
    return sent;
  };
  const problemOf = (sent: Awaited<ReturnType<typeof send>>) =>
    sent.answers().flatMap((output) => (output.type === 'failure' ? [output.problem] : []))[0];
  const value = (place: string) => station.newest(`psu/${place}`)?.value;
  const alarms = () => station.outputs.flatMap((output) => (output.type === 'alarm' ? [output] : []));
  const relayEvents = () =>
    station.outputs.flatMap((output) =>
      output.type === 'event' && output.event.startsWith('output') ? [[output.event, output.details['because']]] : [],
    );

  describe('when it is read', () => {
    it('measures voltage and current, and multiplies this very pair', async () => {
      table = await startPsu(station);
      await send('configure', { currentLimit: 1, voltageSetpoint: 3, enabled: true });
      await station.clock.pass(3_000);
      expect([value('1/voltage'), value('1/current')]).to.deep.equal([3, 0.5]);
      expect(station.newest('psu/1/power')).to.include({ value: 1.5, unit: 'W', quality: 'good' });
    });

    it('asks two questions an output for voltage, current and power', async () => {
      table = await startPsu(station, { paces: { measured: 100, status: 60_000, setting: 60_000 } });
      await station.clock.pass(1_000);
      const before = table.asked.length;
      await station.clock.pass(1_000);
      expect(table.asked.length - before).to.equal(10 * 2 * 2);
      expect(station.readings('psu/1/power').length).to.be.above(18);
    });

    it('measures for a power that is asked for alone', async () => {
      table = await startPsu(station);
      await send('configure', { voltageSetpoint: 3, enabled: true });
      await station.clock.pass(500);
      expect(value('1/power')).to.equal(0);
      await send('refresh', { parameter: 'power' });
      expect(value('1/power')).to.equal(1.5);
    });

    it('does not know the power when the current cannot be measured', async () => {
      table = await startPsu(station);
      table.failures.set('read current 1', refusal);
      await station.clock.pass(2_000);
      expect(station.newest('psu/1/power')).to.include({ value: null, quality: 'bad' });
      expect(station.newest('psu/2/power')).to.include({ quality: 'good' });
    });

    it('says what it is, and calls its outputs by number', async () => {
      table = await startPsu(station);
      expect(value('identity')).to.deep.include({ manufacturer: 'Busbar', model: 'Virtual supply' });
      expect([value('1/name'), value('2/name')]).to.deep.equal(['CH1', 'CH2']);
    });

    it('leaves out what an output does not have, and refuses to set it', async () => {
      table = await startPsu(station);
      expect(value('2/overCurrentDelay')).to.equal(undefined);
      const sent = await send('setOverCurrentDelay', { value: 0.1 }, 2);
      expect(sent.code()).to.equal('BAD_COMMAND');
    });
  });

  describe('when it is set', () => {
    it('is read back, and that is published before the reply', async () => {
      table = await startPsu(station);
      const before = station.outputs.length;
      await send('setVoltageSetpoint', { value: 5 });
      const said = station.outputs.slice(before);
      const reading = (output: Output) => output.type === 'reading' && output.parameter === 'voltageSetpoint';
      expect(said.find(reading)).to.deep.include({ value: 5 });
      expect(said.findIndex(reading)).to.be.below(said.findIndex(({ type }) => type === 'reply'));
    });

    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      it(`never hears of ${bad}`, async () => {
        table = await startPsu(station);
        const refused = [
          await send('setVoltageSetpoint', { value: bad }),
          await send('setCurrentLimit', { value: bad }),
          await send('rampVoltage', { target: bad, rate: 1 }),
          await send('rampVoltage', { target: 1, rate: bad }),
          await send('configure', { voltageSetpoint: bad }),
        ];
        expect(refused.map((sent) => sent.code())).to.deep.equal(refused.map(() => 'BAD_ARGUMENT'));
        expect(table.writes()).to.be.empty;
      });
    }

    for (const bad of ['5', 'five', true, null, [5], { volts: 5 }])
      it(`takes ${JSON.stringify(bad)} for no number`, async () => {
        table = await startPsu(station);
        const refused = [
          await send('setVoltageSetpoint', { value: bad }),
          await send('setOverVoltageLevel', { value: bad }),
          await send('rampVoltage', { target: bad, rate: 1 }),
          await send('rampCurrent', { target: 1, rate: bad }),
          await send('configure', { currentLimit: bad }),
        ];
        expect(refused.map((sent) => sent.code())).to.deep.equal(refused.map(() => 'BAD_ARGUMENT'));
        expect(table.writes()).to.be.empty;
      });

    it('never hears of 1e308', async () => {
      table = await startPsu(station);
      const refused = [
        await send('setVoltageSetpoint', { value: 1e308 }),
        await send('setCurrentLimit', { value: -1e308 }),
        await send('setOverVoltageLevel', { value: 1e308 }),
        await send('rampVoltage', { target: 1e308, rate: 1e-308 }),
        await send('configure', { voltageSetpoint: 1, overVoltageLevel: 1e308 }),
      ];
      expect(refused.map((sent) => sent.code())).to.deep.equal(refused.map(() => 'OUT_OF_RANGE'));
      expect(table.writes()).to.be.empty;
    });

    it('never hears of what it cannot do, or what the config does not allow', async () => {
      const limits = { voltageSetpoint: { maximum: 3.3 }, currentLimit: { minimum: 0.5 } };
      table = await startPsu(station, { channels: { 1: { limits } } });
      const refused = [
        await send('setVoltageSetpoint', { value: 26 }, 2),
        await send('setVoltageSetpoint', { value: 3.4 }),
        await send('setVoltageSetpoint', { value: -0.1 }),
        await send('setCurrentLimit', { value: 0.4 }),
        await send('configure', { voltageSetpoint: 3.4 }),
        await send('rampVoltage', { target: 3.4, rate: 1 }),
      ];
      expect(refused.map((sent) => sent.code())).to.deep.equal(refused.map(() => 'OUT_OF_RANGE'));
      expect(refused[1]?.text()).to.equal('value 3.4 V is outside 0..3.3 V');
      expect(table.writes()).to.be.empty;
      expect((await send('setVoltageSetpoint', { value: 3.3 })).value()).to.deep.equal({});
    });

    it('tells what it refuses in its own words', async () => {
      table = await startPsu(station);
      table.failures.set('write voltageSetpoint', refusal);
      const sent = await send('setVoltageSetpoint', { value: 5 });
      expect([sent.code(), sent.text()]).to.deep.equal(['DEVICE_FAULT', '-222,"Data out of range"']);
    });

    it('is not taken for set when it cannot be read back', async () => {
      table = await startPsu(station);
      table.failures.set('read voltageSetpoint 1', new HardwareError('TIMEOUT', 'no answer'));
      const unknown = 'voltageSetpoint was sent, and it is not known whether it is set: no answer';
      const [set, configured, ramped] = [
        await send('setVoltageSetpoint', { value: 5 }),
        await send('configure', { voltageSetpoint: 5 }),
        await send('rampVoltage', { target: 5, rate: 1 }),
      ];
      expect([set.code(), set.text()]).to.deep.equal(['TIMEOUT', unknown]);
      expect(configured.text()).to.equal(`voltageSetpoint: ${unknown}; nothing was set before it`);
      expect(ramped.text()).to.equal(unknown);
      expect(station.newest('psu/1/voltageSetpoint')).to.include({ value: null, quality: 'bad' });
    });

    it('keeps a name that people gave, also over an outage', async () => {
      table = await startPsu(station, { channels: { 2: { name: 'core' } } });
      await send('setName', { value: 'heater' });
      table.unplug();
      await station.clock.pass(100);
      table.plugIn();
      await station.clock.pass(10_000);
      expect([value('1/name'), value('2/name')]).to.deep.equal(['heater', 'core']);
      expect(table.writes()).to.be.empty;
    });
  });

  describe('when several are set at once', () => {
    const all = { name: 'core', enabled: true, voltageSetpoint: 5, overVoltageLevel: 6.6, currentLimit: 0.5 };

    it('sets them in the safe order and answers with what was read back', async () => {
      table = await startPsu(station);
      const sent = await send('configure', all);
      expect(table.writes()).to.deep.equal([
        'write currentLimit 1 0.5',
        'write overVoltageLevel 1 6.6',
        'write voltageSetpoint 1 5',
        'write enabled 1 true',
      ]);
      expect(sent.value()).to.deep.equal(all);
    });

    it('lowers the protection after the voltage', async () => {
      table = await startPsu(station);
      await send('configure', { overVoltageLevel: 3, voltageSetpoint: 2 });
      expect(table.writes()).to.deep.equal(['write voltageSetpoint 1 2', 'write overVoltageLevel 1 3']);
    });

    it('switches off before it sets anything else', async () => {
      table = await startPsu(station);
      await send('configure', { ...all, voltageSetpoint: 1 });
      const before = table.writes().length;
      await send('configure', { voltageSetpoint: 5, currentLimit: 2, enabled: false });
      expect(table.writes().slice(before)).to.deep.equal([
        'write enabled 1 false',
        'write currentLimit 1 2',
        'write voltageSetpoint 1 5',
      ]);
    });

    it('reads each back before the next', async () => {
      table = await startPsu(station);
      const before = table.asked.length;
      await send('configure', { currentLimit: 0.5, voltageSetpoint: 5 });
      expect(table.asked.slice(before).map(({ what }) => what)).to.deep.equal([
        'write currentLimit 1 0.5',
        'read currentLimit 1',
        'write voltageSetpoint 1 5',
        'read voltageSetpoint 1',
      ]);
    });

    it('ends with the first that is refused, and says which and what came before', async () => {
      table = await startPsu(station);
      table.failures.set('write voltageSetpoint', refusal);
      const sent = await send('configure', all);
      expect(sent.code()).to.equal('DEVICE_FAULT');
      expect(sent.text()).to.equal(
        'voltageSetpoint: -222,"Data out of range"; currentLimit, overVoltageLevel had been set before it',
      );
      expect(table.writes()).to.not.include('write enabled 1 true');
      expect(value('1/name')).to.equal('CH1');
    });

    it('names the parameter that was refused for programs, too', async () => {
      table = await startPsu(station);
      table.failures.set('write voltageSetpoint', refusal);
      expect(problemOf(await send('configure', all))?.details).to.deep.equal({ parameter: 'voltageSetpoint' });
    });

    it('names the parameter that its output does not have', async () => {
      table = await startPsu(station);
      table.supply.has = (name) => name !== 'currentLimit';
      expect(problemOf(await send('configure', all))).to.deep.equal({
        code: 'BAD_COMMAND',
        message: 'currentLimit: output 1 of this supply has none; nothing was set before it',
        details: { parameter: 'currentLimit' },
      });
    });

    it('changes nothing when nothing is given', async () => {
      table = await startPsu(station);
      expect((await send('configure')).value()).to.deep.equal({});
      expect(table.writes()).to.be.empty;
    });
  });

  describe('when it is switched', () => {
    it('says that an output has gone on and off, and that it was told to', async () => {
      table = await startPsu(station);
      await send('setEnabled', { value: true });
      await send('setEnabled', { value: false });
      expect(relayEvents()).to.deep.equal([
        ['outputOn', 'command'],
        ['outputOff', 'command'],
      ]);
    });

    it('says that an output was found switched at the front panel', async () => {
      table = await startPsu(station);
      await send('setEnabled', { value: true });
      await table.supply.write('enabled', 1, false);
      await station.clock.pass(1_500);
      await table.supply.write('enabled', 1, true);
      await station.clock.pass(1_500);
      expect(relayEvents().slice(1)).to.deep.equal([
        ['outputOff', 'found'],
        ['outputOn', 'found'],
      ]);
    });

    it('knows its own command from what was asked before it and is answered after', async () => {
      table = await startPsu(station);
      await send('setEnabled', { value: true });
      table.answerMs = 50;
      const asked = table.countOf('read enabled 1');
      while (table.countOf('read enabled 1') === asked) await station.clock.pass(10);
      await send('switchOff');
      await station.clock.pass(500);
      expect(relayEvents().at(-1)).to.deep.equal(['outputOff', 'command']);
    });

    it('does not take it for on when it says that it is off', async () => {
      table = await startPsu(station);
      table.supply.write = () => Promise.resolve();
      const sent = await send('setEnabled', { value: true });
      expect(sent.text()).to.equal('output 1 was told to switch on and says that it is off');
      expect((await send('configure', { enabled: true })).text()).to.include('enabled: output 1 was told to switch on');
    });

    it('takes what switches off before what waits', async () => {
      table = await startPsu(station);
      table.answerMs = 100;
      const [first, second] = [
        station.send('psu', 'setVoltageSetpoint', { value: 1 }, 1),
        station.send('psu', 'setEnabled', { value: true }, 1),
      ];
      const off = station.send('psu', 'setEnabled', { value: false }, 1);
      await station.clock.pass(2_000);
      expect([first.code(), second.code(), off.code()]).to.deep.equal(['ABORTED', 'ABORTED', undefined]);
      expect(table.writes().at(-1)).to.equal('write enabled 1 false');
      expect(value('1/enabled')).to.equal(false);
    });

    it('is not taken for off when it does not say so', async () => {
      table = await startPsu(station);
      await send('setEnabled', { value: true });
      table.failures.set('read enabled 1', new HardwareError('TIMEOUT', 'no answer'));
      const refused = [await send('switchOff'), await send('setEnabled', { value: false })];
      for (const sent of refused)
        expect(sent.text()).to.equal('enabled was sent, and it is not known whether it is set: no answer');
    });

    it('can be switched off whatever runs', async () => {
      table = await startPsu(station, { channels: { 1: { rates: { voltage: 0.1 } } } });
      await send('setEnabled', { value: true });
      const ramp = await send('setVoltageSetpoint', { value: 6 });
      await station.clock.pass(1_000);
      const off = await send('switchOff');
      expect([ramp.code(), off.value()]).to.deep.equal(['ABORTED', {}]);
      expect(value('1/enabled')).to.equal(false);
    });
  });

  describe('when it trips', () => {
    const trip = async (): Promise<void> => {
      await send('configure', { currentLimit: 1, overVoltageLevel: 4, voltageSetpoint: 3, enabled: true });
      await station.clock.pass(1_500);
      await table.supply.write('voltageSetpoint', 1, 5);
      await station.clock.pass(1_500);
    };

    beforeEach(async () => {
      table = await startPsu(station);
      await trip();
    });

    it('raises an alarm once, and says that the output was found off', async () => {
      await station.clock.pass(5_000);
      expect(alarms()).to.have.length(1);
      expect(alarms()[0]).to.deep.include({
        alarm: 'overVoltageTripped',
        channel: 1,
        isActive: true,
        severity: 'alarm',
        message:
          'the over-voltage protection has tripped and the output is off; find out why, clearProtection, switch on again',
      });
      expect(relayEvents().at(-1)).to.deep.equal(['outputOff', 'found']);
    });

    it('is not switched on before it is cleared', async () => {
      const before = table.writes().length;
      const sent = await send('setEnabled', { value: true });
      expect([sent.code(), sent.text()]).to.deep.equal([
        'DEVICE_FAULT',
        'output 1 stays off: the over-voltage protection has tripped; find out why, clearProtection, switch on again',
      ]);
      expect(table.writes()).to.have.length(before);
    });

    it('is cleared by command, which ends the alarm and leaves it off', async () => {
      expect((await send('clearProtection')).value()).to.deep.equal({});
      expect(alarms().at(-1)).to.deep.include({ isActive: false, message: 'the trip was cleared' });
      expect([value('1/enabled'), value('1/overVoltageTripped')]).to.deep.equal([false, false]);
      await table.supply.write('voltageSetpoint', 1, 3);
      expect((await send('setEnabled', { value: true })).value()).to.deep.equal({});
    });

    describe('that says so until the output is on again', () => {
      beforeEach(() => {
        const { supply } = table;
        const read = supply.read;
        let hasTripped = true;
        supply.read = async (quantity, output) => {
          if (quantity === 'enabled' && (await read(quantity, output)) === true) hasTripped = false;
          return quantity === 'overVoltageTripped' && output === 1 ? hasTripped : read(quantity, output);
        };
      });

      it('is not switched on before it is cleared, and can be afterwards', async () => {
        await table.supply.write('voltageSetpoint', 1, 3);
        expect((await send('setEnabled', { value: true })).text()).to.include('output 1 stays off');
        await send('clearProtection');
        expect((await send('setEnabled', { value: true })).value()).to.deep.equal({});
        expect(value('1/enabled')).to.equal(true);
      });

      it('has to be cleared again after the next trip', async () => {
        await table.supply.write('voltageSetpoint', 1, 3);
        await send('clearProtection');
        await send('setEnabled', { value: true });
        await table.supply.write('voltageSetpoint', 1, 5);
        await station.clock.pass(1_500);
        table.supply.read = (quantity) => Promise.resolve(quantity === 'overVoltageTripped');
        expect((await send('setEnabled', { value: true })).text()).to.include('output 1 stays off');
        expect(table.writes().at(-1)).to.equal('write enabled 1 true');
        expect(table.countOf('write enabled 1')).to.equal(2);
      });
    });

    it('takes the alarm back when it stops, for nobody could clear it later', async () => {
      const stopping = station.bus.manager('psu')?.stop();
      await station.clock.pass(1_000);
      await stopping;
      expect(alarms().map(({ isActive }) => isActive)).to.deep.equal([true, false]);
    });
  });

  describe('after an outage', () => {
    beforeEach(async () => {
      table = await startPsu(station);
      await send('configure', { currentLimit: 1, voltageSetpoint: 3, enabled: true });
      table.asked.length = 0;
      table.unplug();
      await station.clock.pass(100);
    });

    it('reads the set-points back and sends nothing', async () => {
      table.plugIn();
      await station.clock.pass(10_000);
      expect(station.newest('psu/1/voltageSetpoint')).to.include({ value: 3, quality: 'good' });
      expect(table.writes()).to.be.empty;
    });

    it('says that an output is off that was on before the mains failed', async () => {
      await table.supply.write('enabled', 1, false);
      await table.supply.write('voltageSetpoint', 1, 0);
      table.plugIn();
      await station.clock.pass(10_000);
      expect(relayEvents().at(-1)).to.deep.equal(['outputOff', 'found']);
      expect([value('1/enabled'), value('1/voltageSetpoint')]).to.deep.equal([false, 0]);
      expect(table.writes()).to.be.empty;
    });
  });

  describe('when it is made safe', () => {
    const bothOn = async (): Promise<void> => {
      for (const output of [1, 2]) await send('configure', { voltageSetpoint: 3, enabled: true }, output);
    };
    const makeSafe = async () => {
      const sent = station.send('psu', 'makeSafe');
      await station.clock.pass(3_000);
      return sent;
    };

    it('switches every output off, and says so before the reply', async () => {
      table = await startPsu(station);
      await bothOn();
      const sent = station.send('psu', 'makeSafe');
      await station.clock.pass(0);
      expect(sent.value()).to.deep.equal({});
      expect([value('1/enabled'), value('2/enabled')]).to.deep.equal([false, false]);
    });

    it('tries every output when one is dead, and names it', async () => {
      table = await startPsu(station);
      await bothOn();
      table.failures.set('write enabled 1', new HardwareError('TIMEOUT', 'no answer'));
      const sent = await makeSafe();
      expect([sent.code(), sent.text()]).to.deep.equal([
        'TIMEOUT',
        '1 of 2 outputs may still be on: output 1: no answer',
      ]);
      expect(value('2/enabled')).to.equal(false);
    });

    it('does not believe an output that takes the command and stays on', async () => {
      table = await startPsu(station);
      await bothOn();
      table.supply.write = () => Promise.resolve();
      expect((await makeSafe()).text()).to.include(
        '2 of 2 outputs may still be on: output 1: says that it is still on',
      );
    });

    it('does not believe an output that does not say that it is off', async () => {
      table = await startPsu(station);
      await bothOn();
      table.failures.set('read enabled 2', new HardwareError('TIMEOUT', 'no answer'));
      expect((await makeSafe()).text()).to.equal(
        '1 of 2 outputs may still be on: output 2: enabled was sent, and it is not known whether it is set: no answer',
      );
    });

    it('believes an output that says that it is off, whatever it has complained about', async () => {
      table = await startPsu(station);
      await send('configure', { voltageSetpoint: 3, enabled: true }, 2);
      table.failures.set('write enabled 1', new HardwareError('DEVICE_FAULT', 'the instrument refused "OUTP 0,(@1)"'));
      expect((await makeSafe()).value()).to.deep.equal({});
    });

    it('ends a ramp, and does not ramp itself', async () => {
      table = await startPsu(station, { channels: { 1: { rates: { voltage: 0.1 } } } });
      await send('setEnabled', { value: true });
      const ramp = await send('rampVoltage', { target: 6, rate: 0.1 });
      await station.clock.pass(1_000);
      const writes = table.writes().length;
      expect((await makeSafe()).value()).to.deep.equal({});
      expect(ramp.code()).to.equal('ABORTED');
      expect(table.writes().slice(writes)).to.deep.equal(['write enabled 1 false', 'write enabled 2 false']);
    });

    it('leaves everything as it is when that is what safe means', async () => {
      table = await startPsu(station, { safe: 'hold' });
      await bothOn();
      const writes = table.writes().length;
      expect((await makeSafe()).value()).to.deep.equal({});
      expect(table.writes()).to.have.length(writes);
    });

    it('says that it cannot when nothing can be switched', async () => {
      const readOnly = (quantities: SupplyOnTheTable['model']['quantities']) =>
        quantities.map((quantity) => ({ ...quantity, isWritable: false }));
      table = await startPsu(station, { adapt: readOnly });
      expect((await makeSafe()).text()).to.include('cannot be switched off from here');
    });

    it('says that it cannot when no output of the supply that has answered can be switched', async () => {
      table = await startPsu(station);
      const { supply } = table;
      const has = supply.has;
      supply.has = (name, output) => name !== 'enabled' && has(name, output);
      expect((await makeSafe()).text()).to.include('cannot be switched off from here');
    });
  });
});
