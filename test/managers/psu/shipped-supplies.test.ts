import { expect } from 'chai';
import type { HardwareManager } from '../../../core/manager.js';
import type { ChannelId } from '../../../core/message.js';
import { seededRandom } from '../../../core/random.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { createInstrument } from '../../../simulators/instrument/create-instrument.js';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { driverFiles } from '../../../station/driver-files.js';
import { playedLinks, playing } from '../../support/played-link.js';
import { FakeStation } from '../fake-station.js';

/** Longer than any set-up and any measurement of a shipped supply. */
const LONG_MS = 12_000;

/** Every supply that is shipped, as a manager in front of its simulated instrument. */
const suite = (driver: string, model: string): void => {
  let station: FakeStation;
  let instrument: SimulatedInstrument;
  let manager: HardwareManager;
  let links: ReturnType<typeof playedLinks>;

  beforeEach(async () => {
    station = new FakeStation();
    const { clock } = station;
    instrument = createInstrument({
      name: 'it',
      file: driverFiles.read(driver),
      model,
      clock,
      random: seededRandom(1),
    });
    links = playedLinks(clock, () => playing(instrument));
    manager = psuKind.create(
      { driver, model, resource: 'TCPIP::127.0.0.1::5025::SOCKET' },
      station.context('psu', links),
    );
    await station.start(manager);
    await station.clock.pass(LONG_MS);
  });

  afterEach(async () => {
    const left = await station.stop();
    instrument.close();
    expect(left).to.equal(0);
  });

  const settable = (): ChannelId | undefined =>
    manager.describe().channels.find(({ limits }) => limits['configure.voltageSetpoint'] !== undefined)?.id;

  it('is online, and knows its outputs', () => {
    expect(manager.state).to.equal('online');
    expect(manager.describe().channels).to.not.be.empty;
  });

  it('reads everything that can be asked', () => {
    const unasked = 'it cannot be asked';
    const bad = station.bus
      .snapshot()
      .filter(({ quality, problem }) => quality !== 'good' && !problem?.message.includes(unasked));
    expect(bad.map(({ topic, problem }) => `${topic}: ${problem?.message ?? ''}`)).to.deep.equal([]);
  });

  it('has limits for everything that can be set', () => {
    const { channels, commands } = manager.describe();
    const numbers = Object.entries(commands).flatMap(([name, { units }]) =>
      Object.keys(units).map((argument) => `${name}.${argument}`),
    );
    const without = numbers.filter((name) => !name.endsWith('.rate') && !channels.some(({ limits }) => limits[name]));
    expect(without).to.deep.equal([]);
  });

  it('sets an output in the safe order, reads it back and switches everything off', async () => {
    const output = settable();
    const { channels } = manager.describe();
    const limits = channels.find(({ id }) => id === output)?.limits ?? {};
    const half = (name: string): number => {
      const { minimum = 0, maximum = 0 } = limits[`configure.${name}`] ?? {};
      return Math.round(50 * (minimum + maximum)) / 100;
    };
    const wanted = { currentLimit: half('currentLimit'), voltageSetpoint: half('voltageSetpoint'), enabled: true };
    const set = station.send('psu', 'configure', wanted, output);
    await station.clock.pass(LONG_MS);
    expect(set.text()).to.equal(undefined);
    const { enabled, ...numbers } = wanted;
    expect(set.value()).to.include({ enabled });
    // A supply keeps single precision: 3.09 is read back as 3.0899999.
    for (const [name, value] of Object.entries(numbers))
      expect(set.value()).to.have.property(name).that.is.closeTo(value, 1e-6);
    const voltage = station.newest(`psu/${String(output)}/voltage`)?.value;
    expect(voltage).to.be.closeTo(wanted.voltageSetpoint, 0.05);
    const off = station.send('psu', 'makeSafe');
    await station.clock.pass(LONG_MS);
    expect(off.text()).to.equal(undefined);
    expect(station.newest(`psu/${String(output)}/enabled`)?.value).to.equal(false);
  });

  it('is told nothing that it was not told at the start when it has been away', async () => {
    const statements = (index: number): readonly string[] =>
      links.opened[index]?.said.filter((text) => !text.includes('?')) ?? [];
    const atStart = statements(0);
    station.send('psu', 'configure', { voltageSetpoint: 0.5, enabled: true }, settable());
    await station.clock.pass(LONG_MS);
    expect(statements(0).length).to.be.above(atStart.length);
    links.opened.at(-1)?.lost.next({ code: 'DISCONNECTED', message: 'connection reset' });
    await station.clock.pass(LONG_MS);
    expect(manager.state).to.equal('online');
    expect(statements(1).filter((text) => !atStart.includes(text))).to.deep.equal([]);
  });
};

describe('a shipped supply', () => {
  for (const name of driverFiles.names()) {
    const { family, models } = driverFiles.read(name);
    if (family !== 'psu') continue;
    const [model = ''] = Object.keys(models);
    describe(`${name} ${model}`, () => {
      suite(name, model);
    });
  }
});
