import { expect } from 'chai';
import type { OnlineClient } from '../support/online-client.js';
import { fastClock } from './fast-clock.js';
import type { Heard } from './overheard.js';
import { descriptors, until } from './online-station.js';
import { TroitskRack, type Adapter } from './troitsk-rack.js';

/** Of the clock of station and instruments: 7 s of setting up take 1.2 s here. */
const SPEED = 6;
/** What is sent at the right moment may be this late at the instrument, and then what follows seems early. */
const WAY_MS = 150;

const set = { type: 'command', command_type: 'set_voltage', block: '1', voltage: 1_000 };
const check = { ...set, command_type: 'set_voltage_and_check', max_error: 5, timeout: 20 };
/** The control voltage for 1000 V, as spec 2.7 has it. */
const CONTROL_1000 = (1_000 - 1.2632) / 3_500.5048;

/** Spec 4.1: what is said to whom, and for how long nothing more is said to it afterwards, ms. */
const setUp: readonly (readonly [to: string, command: string, pauseMs: number])[] = [
  ['voltmeter', '*RST', 1_000],
  ['voltmeter', 'CONF:VOLT:DC 10,0.00001', 1_000],
  ['voltmeter', 'DET:BAND 3', 1_000],
  ['voltmeter', 'INP:IMP:AUTO ON', 1_000],
  ['voltmeter', 'VOLT:NPLC 100', 1_000],
  ['calibrator', 'OPER', 2_000],
];
const onTheWire = (command: string): string => `${command}\r\nEND`;

/** From each message to the next one, ms. */
const pausesIn = (heard: readonly Heard[]): readonly number[] =>
  heard.slice(1).map(({ atMs }, index) => atMs - (heard[index]?.atMs ?? NaN));

const volts = (client: OnlineClient): readonly number[] =>
  client.metas.filter((meta) => meta['answer_type'] === 'get_voltage').map((meta) => Number(meta['voltage']));

for (const adapter of ['Prologix-style adapter', 'VXI-11 gateway'] satisfies readonly Adapter[]) {
  describe(`the Troitsk rack behind a ${adapter}`, () => {
    const clock = fastClock(SPEED);
    let rack: TroitskRack;
    let before: number;

    const start = async (options = ''): Promise<OnlineClient> => {
      await rack.startStation(options);
      const client = await rack.online();
      await until('the rack to be online', () => rack.states.at(-1) === 'online');
      return client;
    };
    const heardBy = (name: string): readonly Heard[] => rack.heard.filter(({ to }) => to === name);
    const settings = (): readonly string[] =>
      heardBy('calibrator')
        .map(({ text }) => text)
        .filter((text) => text.startsWith('OUT '));

    beforeEach(async () => {
      before = descriptors();
      rack = new TroitskRack(adapter, clock);
      await rack.plugIn();
    });

    afterEach(async () => {
      await rack.end();
      await until('all sockets to be closed', () => descriptors() <= before);
    });

    it('says to the instruments what the HV server said, byte for byte and with its pauses', async () => {
      const online = await start();
      await until('the first question', () => rack.heard.at(-1)?.text === onTheWire('READ?'));
      online.send(set);
      await until('two measurements', () => volts(online).length === 2);
      await until('the third question', () => rack.heard.length === setUp.length + 4);
      const expected = [
        ...setUp.map(([to, command]) => [to, onTheWire(command)]),
        ['voltmeter', onTheWire('READ?')],
        ['calibrator', onTheWire(`OUT ${CONTROL_1000} V`)],
        ['voltmeter', onTheWire('READ?')],
        ['voltmeter', onTheWire('READ?')],
      ];
      expect(rack.heard.map(({ to, text }) => [to, text])).to.deep.equal(expected);
      const pauses = pausesIn(rack.heard);
      for (const [index, [, command, pauseMs]] of setUp.entries())
        expect(pauses[index], `after ${command}`).to.be.at.least(pauseMs - WAY_MS);
      const readings = heardBy('voltmeter').filter(({ text }) => text === onTheWire('READ?'));
      for (const pause of pausesIn(readings)) expect(pause, 'after READ?').to.be.at.least(4_000 - WAY_MS);
    });

    it('sets the voltage for Online, and tells it what the voltmeter measures', async () => {
      const online = await start();
      const sentMs = clock.monotonic();
      online.send(set);
      await until('the answer', () => online.answers.length === 1);
      expect(clock.monotonic() - sentMs).to.be.at.least(2_000);
      expect(online.answers[0]).to.deep.equal({
        type: 'answer',
        answer_type: 'set_voltage',
        block: '1',
        status: 'ok',
      });
      online.send(check);
      await until('the check', () => online.answers.length === 2);
      expect(online.answers[1]).to.include({ answer_type: 'set_voltage_and_check', status: 'ok' });
      expect(online.answers[1]?.['voltage']).to.be.closeTo(1_000, 0.1);
      expect(volts(online).at(-1)).to.be.closeTo(1_000, 0.1);
    });

    it('leaves the voltage on when it stops, and says nothing more to anybody', async () => {
      const online = await start();
      online.send(set);
      await until('the answer', () => online.answers.length === 1);
      const said = rack.heard.length;
      await rack.stopStation();
      expect(rack.heard.slice(said).map(({ text }) => text)).to.deep.equal([]);
      expect(rack.controlVolts).to.equal(CONTROL_1000);
      expect(rack.calibrator.read('operating', undefined)).to.equal(true);
    });

    it('has no voltage from a voltmeter that is silent, can set one meanwhile, and goes on when it speaks again', async () => {
      rack.voltmeter.faults.replace([{ kind: 'silent' }]);
      const online = await start();
      await until('the first reading to have failed', () => rack.newest('voltage')?.quality === 'bad');
      expect(rack.newest('voltage')?.problem?.message).to.match(/^GPIB0::20::INSTR .*"READ\?"/);
      online.send({ ...check, timeout: 1 });
      await until('the answer', () => online.answers.length === 1);
      expect(online.answers[0]).to.include({ error_code: 5, error_text_code: 'ALGORITM_ERROR' });
      expect(online.answers[0]?.['description']).to.contain('could not be measured');
      expect(volts(online)).to.deep.equal([]);
      expect(rack.controlVolts).to.equal(CONTROL_1000);
      rack.voltmeter.faults.replace([]);
      await until('a measurement', () => volts(online).length === 1);
      expect(volts(online)[0]).to.be.closeTo(1_000, 0.1);
    });

    it('notices that the calibrator was switched off and on, sets it up again, and sends no setpoint', async () => {
      const online = await start('verify: true');
      online.send(set);
      await until('the answer', () => online.answers.length === 1);
      const sent = settings();
      rack.calibrator.powerCycle(100);
      await until('the rack to be offline', () => rack.states.at(-1) === 'offline');
      expect(rack.newest('voltage')?.quality).to.equal('bad');
      expect(rack.newest('voltageSetpoint')?.quality).to.equal('bad');
      await until('the rack to be online again', () => rack.states.at(-1) === 'online');
      await until('the setpoint', () => rack.newest('voltageSetpoint')?.quality === 'good');
      expect(rack.newest('voltageSetpoint')?.value).to.equal(0);
      expect(rack.calibrator.read('operating', undefined)).to.equal(true);
      expect(settings()).to.deep.equal(sent);
      online.forget();
      await until('the voltage to be gone', () => (volts(online).at(-1) ?? 1_000) < 5);
    });

    it('fails commands while the adapter is unplugged, comes back by itself, and the voltage was on all the time', async () => {
      const online = await start();
      online.send(set);
      await until('the answer', () => online.answers.length === 1);
      online.send({ ...check, voltage: 2_000, timeout: 60 });
      await until('the setpoint', () => settings().length === 2);
      const unpluggedMs = performance.now();
      await rack.unplug();
      await until('the failure of what was running, and the news', () => online.answers.length === 3);
      expect(performance.now() - unpluggedMs).to.be.below(500);
      expect(online.codes.slice(-2)).to.deep.equal([5, 5]);
      expect(online.answers[1]?.['description']).to.match(/^hv was lost: GPIB0::/);
      expect(rack.states).to.deep.equal(['online', 'offline']);
      online.send(set);
      await until('the failure', () => online.answers.length === 4);
      expect(online.answers[3]).to.include({ error_code: 5, error_text_code: 'ALGORITM_ERROR' });
      rack.heard.length = 0;
      await rack.plugIn();
      await until('the rack to be online again', () => rack.states.at(-1) === 'online');
      expect(rack.heard.slice(0, setUp.length).map(({ to, text }) => [to, text])).to.deep.equal(
        setUp.map(([to, command]) => [to, onTheWire(command)]),
      );
      expect(settings()).to.deep.equal([]);
      online.forget();
      await until('a measurement', () => volts(online).length === 1);
      expect(volts(online)[0]).to.be.closeTo(2_000, 0.1);
      expect(rack.log.messages.filter((line) => line.startsWith('error'))).to.deep.equal([]);
    });

    it('takes the voltage to zero at once when a person stops all, whatever runs', async () => {
      const online = await start();
      online.send({ ...check, timeout: 60, max_error: -1 });
      await until('the setpoint', () => settings().length === 1);
      rack.makeSafe();
      await until('the answer', () => online.answers.length === 1);
      expect(online.answers[0]).to.include({ error_code: 5 });
      await until('zero', () => settings().at(-1) === onTheWire('OUT 0 V'), 250);
      online.forget();
      await until('the voltage to be gone', () => (volts(online).at(-1) ?? 1_000) < 5);
    });
  });
}
