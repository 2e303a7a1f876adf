import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { noLinks, type LinkSettings } from '../../../core/link.js';
import { silentLog } from '../../../core/log.js';
import type { HardwareManager } from '../../../core/manager.js';
import { hvKind } from '../../../managers/hv/hv.kind.js';
import { FakeStation } from '../fake-station.js';
import { SimulatedAgilent, SimulatedFluke } from './simulated-instruments.js';

/** Setting up takes so long: five commands of the voltmeter, a second each, and the calibrator's 2 s. */
const OPEN_MS = 7_000;

describe('the hv manager on a Fluke 5502E and an Agilent 34401A', () => {
  let station: FakeStation;
  let fluke: SimulatedFluke;
  let agilent: SimulatedAgilent;
  let errors: string[];
  let terminations: unknown[];

  const startRack = async (options: JsonObject = {}): Promise<HardwareManager> => {
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const open = (resource: string, { writeTermination }: LinkSettings) => {
      terminations.push(writeTermination);
      return Promise.resolve(resource === 'GPIB::4::INSTR' ? fluke.connect() : agilent.connect());
    };
    return station.start(
      hvKind.create({ driver: 'fluke-agilent', ...options }, { ...station.context('hv', { ...noLinks, open }), log }),
    );
  };

  beforeEach(() => {
    station = new FakeStation();
    errors = [];
    terminations = [];
    fluke = new SimulatedFluke(station.clock);
    agilent = new SimulatedAgilent(station.clock, fluke);
  });

  afterEach(async () => {
    expect(await station.stop()).to.equal(0);
  });

  describe('the conversation', () => {
    it('sets the voltmeter up with a second after each command, then the calibrator with two', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS - 1);
      expect(agilent.said).to.deep.equal([
        { atMs: 0, text: '*RST' },
        { atMs: 1_000, text: 'CONF:VOLT:DC 10,0.00001' },
        { atMs: 2_000, text: 'DET:BAND 3' },
        { atMs: 3_000, text: 'INP:IMP:AUTO ON' },
        { atMs: 4_000, text: 'VOLT:NPLC 100' },
      ]);
      expect(fluke.said).to.deep.equal([{ atMs: 5_000, text: 'OPER' }]);
      expect(station.events()).to.be.empty;
      await station.clock.pass(1);
      expect(station.events()).to.deep.equal(['online']);
    });

    it('ends every command with CR LF, as the library of the HV server did', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      expect(terminations).to.deep.equal(['\r\n', '\r\n']);
    });

    it('measures by READ? and 4 s, again and again', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 8_000);
      const reads = agilent.said.filter(({ text }) => text === 'READ?');
      expect(reads.map(({ atMs }) => atMs)).to.deep.equal([OPEN_MS, OPEN_MS + 4_000, OPEN_MS + 8_000]);
      expect(station.readings('hv/1/voltage')).to.have.length(2);
    });

    it('sends the control voltage unrounded', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 18_000 }, 1);
      await station.clock.pass(0);
      expect(fluke.texts).to.include(`OUT ${(18_000 - 1.2632) / 3_500.5048} V`);
    });

    it('uses the calibration of its config, and the defaults for what it leaves out', async () => {
      await startRack({ calibration: { slope: 1_000 } });
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 501.2632 }, 1);
      await station.clock.pass(0);
      expect(fluke.texts).to.include('OUT 0.5 V');
    });

    it('leaves the voltage on when it stops, and fetches the outstanding result', async () => {
      const rack = await startRack();
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(3_700);
      const sent = fluke.texts.length;
      const stopping = rack.stop();
      await station.clock.pass(289);
      expect(agilent.road?.isResultOwed).to.equal(true);
      await station.clock.pass(1);
      expect(agilent.road?.isResultOwed).to.equal(false);
      await stopping;
      expect(fluke.texts).to.have.length(sent);
      expect(fluke.output).to.be.closeTo(0.2853, 1e-3);
    });

    it('stops in time and without an error when the outstanding result takes longer', async () => {
      const rack = await startRack();
      await station.clock.pass(OPEN_MS + 100);
      let isStopped = false;
      void rack.stop().then(() => (isStopped = true));
      await station.clock.pass(351);
      expect(isStopped).to.equal(true);
      expect(errors).to.be.empty;
    });
  });

  describe('without verify', () => {
    it('says nothing but the conversation of the HV server', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 0 }, 1);
      await station.clock.pass(8_000);
      expect(fluke.texts).to.deep.equal(['OPER', 'OUT 0 V']);
      expect(agilent.texts.slice(5)).to.deep.equal(['READ?', 'READ?', 'READ?']);
    });

    it('does not know the setpoint before one was set, and keeps the output that is there', async () => {
      fluke.output = 2;
      await startRack();
      await station.clock.pass(OPEN_MS);
      expect(station.newest('hv/1/voltageSetpoint')).to.include({ value: null, quality: 'bad' });
      expect(fluke.output).to.equal(2);
    });

    for (const [asked, programmed] of [
      [18_000, 18_000],
      [50_000, 10 * 3_500.5048 + 1.2632],
      [-5, 0],
    ] as const) {
      it(`says ${programmed} V when asked for ${asked} V`, async () => {
        await startRack();
        await station.clock.pass(OPEN_MS);
        station.send('hv', 'setVoltage', { voltage: asked }, 1);
        await station.clock.pass(2_000);
        expect(station.newest('hv/1/voltageSetpoint')).to.include({ value: programmed, quality: 'good' });
      });
    }
  });

  describe('values', () => {
    it('has no setpoint and no voltage before the instruments have said them', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS - 1);
      expect(station.bus.snapshot()).to.be.empty;
    });

    it('reads back the setpoint that the calibrator already has, and does not touch it', async () => {
      fluke.output = 2;
      await startRack({ verify: true });
      await station.clock.pass(OPEN_MS);
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.be.closeTo(7_002.27, 0.01);
      expect(fluke.output).to.equal(2);
    });

    it('measures what was set, through calibration and divider', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 18_000 }, 1);
      await station.clock.pass(8_000);
      expect(station.newest('hv/1/voltage')?.value).to.be.closeTo(18_000, 0.01);
    });

    it('says what it is when the voltmeter talks nonsense, and goes on', async () => {
      await startRack();
      agilent.nonsense = 'ERR 7';
      await station.clock.pass(OPEN_MS + 4_000);
      expect(station.newest('hv/1/voltage')).to.include({ value: null, quality: 'bad' });
      expect(station.newest('hv/1/voltage')?.problem?.message).to.contain('"ERR 7"');
      agilent.nonsense = undefined;
      await station.clock.pass(10_000);
      expect(station.newest('hv/1/voltage')).to.include({ quality: 'good' });
    });

    it('knows an overload from a reading', async () => {
      await startRack();
      agilent.nonsense = '+9.90000000E+37';
      await station.clock.pass(OPEN_MS + 4_000);
      expect(station.newest('hv/1/voltage')?.problem?.message).to.contain('overloaded');
    });
  });

  describe('setVoltageAndCheck', () => {
    it('is ok by a reading from before the step, when that is near enough', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 4_000);
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 4, maxError: 5, timeout: 20 }, 1);
      await station.clock.pass(2_000);
      expect(check.value()).to.include({ status: 'ok' });
    });

    it('is ok with the first reading that was begun after the step', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 4_000);
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 18_000, maxError: 5, timeout: 20 }, 1);
      await station.clock.pass(20_000);
      expect(check.value()).to.include({ status: 'ok' });
      expect(check.answeredAfterMs()).to.equal(8_000);
    });

    it('does not call a voltage good that it could not measure, though it once was', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 4_000);
      agilent.nonsense = 'ERR 7';
      await station.clock.pass(8_000);
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 0, maxError: 5, timeout: 3 }, 1);
      await station.clock.pass(20_000);
      expect(check.code()).to.equal('TIMEOUT');
      expect(check.text()).to.contain('could not be measured');
    });
  });

  describe('refresh', () => {
    it('joins the measurement that runs, however many ask, and keeps the rack online', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 500);
      const all = [1, 2, 3].map(() => station.send('hv', 'refresh', { parameter: 'voltage' }));
      await station.clock.pass(3_500);
      expect(all.map((one) => one.value())).to.deep.equal([{ read: 1 }, { read: 1 }, { read: 1 }]);
      await station.clock.pass(8_000);
      expect(agilent.texts.filter((text) => text === 'READ?')).to.have.length(4);
      expect(station.events()).to.not.include('offline');
    });

    it('ends at once by abort, and leaves a healthy rack online', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS + 500);
      const refresh = station.send('hv', 'refresh', { parameter: 'voltage' });
      await station.clock.pass(100);
      station.send('hv', 'abort');
      await station.clock.pass(0);
      expect(refresh.code()).to.equal('ABORTED');
      await station.clock.pass(10_000);
      expect(station.events()).to.not.include('offline');
    });
  });

  describe('faults', () => {
    it('fails the running command at once when an instrument is unplugged', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      const set = station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(500);
      agilent.unplug();
      await station.clock.pass(50);
      expect(set.code()).to.equal('DISCONNECTED');
      expect(station.events()).to.include('offline');
      expect(station.newest('hv/1/voltage')?.quality ?? 'bad').to.equal('bad');
      expect(station.newest('hv/1/voltageSetpoint')?.quality).to.equal('bad');
    });

    it('comes back by itself, reads the setpoint back and sends none', async () => {
      await startRack({ verify: true });
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(3_000);
      agilent.unplug();
      await station.clock.pass(60_000);
      const sentBefore = fluke.texts.filter((text) => text.startsWith('OUT ')).length;
      agilent.isUnplugged = false;
      await station.clock.pass(2_000 + OPEN_MS);
      expect(station.newest('hv/1/voltageSetpoint')).to.include({ quality: 'good' });
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.be.closeTo(1_000, 0.01);
      expect(fluke.texts.filter((text) => text.startsWith('OUT '))).to.have.length(sentBefore);
    });

    it('notices within one measurement that the calibrator was switched off and on, and sends no setpoint again', async () => {
      await startRack({ verify: true });
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(3_000);
      fluke.powerCycle();
      await station.clock.pass(4_000);
      expect(station.events()).to.include('offline');
      await station.clock.pass(2_000 + OPEN_MS);
      expect(station.newest('hv/1/voltageSetpoint')).to.include({ value: 0, quality: 'good' });
      expect(fluke.isOperating).to.equal(true);
      expect(fluke.output).to.equal(0);
    });

    it('sets the voltmeter up again when it was switched off and on', async () => {
      await startRack({ verify: true });
      await station.clock.pass(OPEN_MS + 1_000);
      agilent.powerCycle();
      await station.clock.pass(4_000 + 2_000 + OPEN_MS);
      expect(agilent.isSetUp).to.equal(true);
      expect(station.events().filter((event) => event === 'online')).to.have.length(2);
    });

    it('keeps trying while there is no such instrument, and says so once', async () => {
      fluke.isUnplugged = true;
      await startRack();
      await station.clock.pass(60_000);
      expect(station.events()).to.deep.equal(['offline']);
      expect(station.send('hv', 'setVoltage', { voltage: 1 }, 1).answers).to.not.be.undefined;
    });

    it('takes a mute voltmeter for bad readings, and lets the voltage be set meanwhile', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      agilent.isMute = true;
      await station.clock.pass(4_000);
      const set = station.send('hv', 'setVoltage', { voltage: 1_000 }, 1);
      await station.clock.pass(1_000);
      expect(fluke.output).to.be.closeTo(0.2853, 1e-3);
      await station.clock.pass(6_000);
      expect(set.answers()).to.have.length(1);
      expect(station.newest('hv/1/voltage')?.quality).to.equal('bad');
    });
  });

  describe('makeSafe', () => {
    it('takes the calibrator to 0 V behind any number of refreshes sent in the same turn', async () => {
      await startRack({ verify: true });
      await station.clock.pass(OPEN_MS);
      station.send('hv', 'setVoltage', { voltage: 18_000 }, 1);
      await station.clock.pass(3_000);
      expect(fluke.output).to.be.above(5);
      for (let count = 0; count < 20; count += 1) station.send('hv', 'refresh', { parameter: 'voltageSetpoint' });
      const safe = station.send('hv', 'makeSafe');
      await station.clock.pass(10);
      expect(fluke.output).to.equal(0);
      expect(safe.answers()).to.have.length(1);
      expect(safe.code()).to.equal(undefined);
      expect(station.events()).to.not.include('offline');
    });

    it('takes the calibrator to 0 V while a check runs', async () => {
      await startRack();
      await station.clock.pass(OPEN_MS);
      const check = station.send('hv', 'setVoltageAndCheck', { voltage: 18_000, maxError: 5, timeout: 60 }, 1);
      await station.clock.pass(3_000);
      station.send('hv', 'makeSafe');
      await station.clock.pass(10);
      expect(check.code()).to.equal('ABORTED');
      expect(fluke.output).to.equal(0);
      expect(station.newest('hv/1/voltageSetpoint')?.value).to.equal(0);
    });
  });
});
