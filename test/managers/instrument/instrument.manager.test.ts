import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import type { HardwareManager } from '../../../core/manager.js';
import { seededRandom } from '../../../core/random.js';
import { instrumentKind } from '../../../managers/instrument/instrument.kind.js';
import { createInstrument } from '../../../simulators/instrument/create-instrument.js';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { driverFiles } from '../../../station/driver-files.js';
import { playedLinks, playing, type Player } from '../../support/played-link.js';
import { FakeStation } from '../fake-station.js';

const RESOURCE = 'TCPIP::127.0.0.1::5025::SOCKET';
/** Longer than any set-up and any measurement of a shipped file. */
const LONG_MS = 12_000;

/** An adapter is not switched off with the instrument behind it. */
const behindAdapter = (instrument: SimulatedInstrument): Player => {
  let player = playing(instrument);
  let isOn = true;
  const now = (): Player => {
    if (instrument.isOn && !isOn) player = playing(instrument);
    isOn = instrument.isOn;
    return player;
  };
  return {
    say: (text) => {
      now().say(text);
    },
    answer: () => now().answer(),
    close: () => {
      player.close();
    },
  };
};

describe('an instrument of its driver file', () => {
  let station: FakeStation;
  let instrument: SimulatedInstrument;
  let manager: HardwareManager;
  let links: ReturnType<typeof playedLinks>;

  const start = async (driver: string, more: JsonObject = {}, model?: string): Promise<void> => {
    const { clock } = station;
    const file = driverFiles.read(driver);
    const options = { name: 'it', file, clock, random: seededRandom(1), meter: { noise: 0 } };
    instrument = createInstrument({ ...options, ...(model === undefined ? {} : { model }) });
    links = playedLinks(clock, () => behindAdapter(instrument));
    manager = instrumentKind.create({ driver, resource: RESOURCE, ...more }, station.context('it', links));
    await station.start(manager);
    await clock.pass(LONG_MS);
  };
  const done = async (command: string, args: JsonObject = {}, channel?: number) => {
    const sent = station.send('it', command, args, channel);
    await station.clock.pass(LONG_MS);
    return sent;
  };
  const said = (): readonly string[] => links.opened.flatMap((link) => link.said);

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    const left = await station.stop();
    instrument.close();
    expect(left).to.equal(0);
  });

  it('is described as the file says', async () => {
    await start('agilent-34401a');
    const { description, parameters, commands, channels } = manager.describe();
    expect(description).to.match(/^Agilent \(HP\) 34401A multimeter/);
    expect(channels).to.deep.equal([]);
    expect(parameters['reading']).to.include({ unit: 'V', pollMs: 0, scope: 'manager' });
    expect(parameters['range']).to.include({ unit: 'V', writtenBy: 'setRange' });
    expect(parameters['terminals']?.schema).to.deep.equal({ type: 'string', enum: ['front', 'rear'] });
    expect(Object.keys(commands)).to.include.members(['setRange', 'beep', 'makeSafe', 'refresh']);
  });

  it('says who it is', async () => {
    await start('keysight-e36300', {}, 'E36312A');
    expect(station.newest('it/identity')?.value).to.deep.include({ model: 'E36312A', serial: 'MY61004803' });
    expect(manager.describe().channels.map(({ id }) => id)).to.deep.equal([1, 2, 3]);
  });

  it('reads as often as the file says, or the config', async () => {
    await start('keysight-e36300', { pollMs: { current: 250 } });
    const before = station.readings('it/1/voltage').length;
    const fast = station.readings('it/1/current').length;
    await station.clock.pass(10_000);
    expect(station.readings('it/1/voltage').length - before).to.be.within(9, 11);
    expect(station.readings('it/1/current').length - fast).to.be.within(36, 41);
  });

  it('reads back what it was told', async () => {
    await start('keysight-e36300');
    expect((await done('setVoltageSetpoint', { value: 5 }, 2)).text()).to.equal(undefined);
    expect(station.newest('it/2/voltageSetpoint')?.value).to.equal(5);
  });

  it('hands on what the instrument has against it', async () => {
    await start('fluke-5502e');
    instrument.pushError({ code: 525, text: 'Output is tripped' });
    const { code, text } = await done('setOutput', { value: 5 });
    expect(code()).to.equal('DEVICE_FAULT');
    expect(text()).to.contain('the instrument refused "OUT 5 V": 525,"Output is tripped"');
  });

  it('shows what a command has changed', async () => {
    await start('fluke-5502e');
    await done('operate');
    expect(station.newest('it/operating')?.value).to.equal(true);
    await done('standby');
    expect(station.newest('it/operating')?.value).to.equal(false);
  });

  it('gives the limits of the file, narrowed by those of the config, and nothing beyond is said', async () => {
    await start('fluke-5502e', { limits: { output: { minimum: 0, maximum: 30 } } });
    const before = said().length;
    for (const value of [31, -1]) expect((await done('setOutput', { value })).code()).to.equal('OUT_OF_RANGE');
    expect((await done('setOutput', { value: 30 })).text()).to.equal(undefined);
    expect(
      said()
        .slice(before)
        .filter((text) => text.startsWith('OUT ')),
    ).to.deep.equal(['OUT 30 V']);
  });

  it('cannot be given wider limits than it has', async () => {
    await start('keysight-e36300', { limits: { voltageSetpoint: { maximum: 1_000 } } });
    expect((await done('setVoltageSetpoint', { value: 7 }, 1)).code()).to.equal('OUT_OF_RANGE');
  });

  it('has for an argument of a command the limits of what that sets', async () => {
    const limits = { voltageSetpoint: { maximum: 4 } };
    await start('./test/managers/instrument/acme-apply.yaml', { limits }, 'Apply');
    const before = said().length;
    for (const volts of [5, -1]) expect((await done('apply', { volts }, 1)).code()).to.equal('OUT_OF_RANGE');
    expect((await done('apply', { volts: 3 }, 1)).text()).to.equal(undefined);
    expect(said().slice(before)).to.include('APPL CH1,3').and.not.include('APPL CH1,5');
    expect(station.newest('it/1/voltageSetpoint')?.value).to.equal(3);
  });

  it('shows an overload as a bad reading, and is well again after it', async () => {
    await start('keithley-2000');
    await done('setRange', { value: 10 });
    instrument.setInput?.(50);
    await station.clock.pass(5_000);
    expect(station.newest('it/reading')).to.deep.include({ quality: 'bad' });
    expect(station.newest('it/reading')?.problem?.message).to.match(/is no number, or an overload/);
    instrument.setInput?.(5);
    await station.clock.pass(5_000);
    expect(station.newest('it/reading')).to.include({ quality: 'good', value: 5 });
    expect(manager.state).to.equal('online');
  });

  it('is connected to anew when it was switched off and on, and nothing that was set is sent again', async () => {
    await start('keysight-e36300');
    await done('setVoltageSetpoint', { value: 5 }, 1);
    instrument.switchOff();
    await station.clock.pass(5_000);
    expect(station.newest('it/1/voltage')?.quality).to.equal('bad');
    instrument.switchOn();
    const before = said().length;
    await station.clock.pass(LONG_MS);
    expect(manager.state).to.equal('online');
    expect(station.newest('it/1/voltageSetpoint')).to.include({ value: 0, quality: 'good' });
    expect(
      said()
        .slice(before)
        .filter((text) => !text.includes('?')),
    ).to.deep.equal([]);
  });

  describe('made safe', () => {
    it('is switched off when it is a supply', async () => {
      await start('keysight-e36300');
      for (const channel of [1, 2, 3]) await done('setEnabled', { value: true }, channel);
      await done('makeSafe');
      for (const channel of [1, 2, 3]) expect(station.newest(`it/${channel}/enabled`)?.value).to.equal(false);
    });

    it('is left as it is when it is anything else', async () => {
      await start('fluke-5502e');
      await done('operate');
      const before = said().filter((text) => !text.includes('?')).length;
      expect((await done('makeSafe')).code()).to.equal(undefined);
      expect(said().filter((text) => !text.includes('?'))).to.have.length(before);
    });

    it('does what the config says, step by step', async () => {
      const safe = [{ parameter: 'output', value: 0 }, { command: 'standby' }];
      await start('fluke-5502e', { safe });
      await done('setOutput', { value: 10 });
      await done('operate');
      const before = said().length;
      await done('makeSafe');
      const statements = said()
        .slice(before)
        .filter((text) => !text.includes('?'));
      expect(statements).to.deep.equal(['OUT 0 V', 'STBY']);
    });

    it('does it on the channel that is named, or on all', async () => {
      const off = { parameter: 'enabled', value: false };
      await start('keysight-e36300', { safe: [{ ...off, channel: 2 }] });
      for (const channel of [1, 2]) await done('setEnabled', { value: true }, channel);
      await done('makeSafe');
      expect([1, 2].map((channel) => station.newest(`it/${channel}/enabled`)?.value)).to.deep.equal([true, false]);
    });

    it('goes on when a step fails, and says how many did', async () => {
      const safe = [{ parameter: 'output', value: 0 }, { command: 'standby' }];
      await start('fluke-5502e', { safe });
      await done('operate');
      instrument.pushError({ code: 525, text: 'Output is tripped' });
      const { text } = await done('makeSafe');
      expect(text()).to.match(/^1 of 2 safe steps failed: the instrument refused "OUT 0 V"/);
      expect(instrument.read('operating', undefined)).to.equal(false);
    });
  });
});
