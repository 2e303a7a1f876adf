import { expect } from 'chai';
import { FakeStation } from '../fake-station.js';
import { SETTLE_MS, startRealSupply, type RealSupply } from './real-supply.js';

describe('a supply behind a road', () => {
  let station: FakeStation;
  let supply: RealSupply;

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    await station.stop();
    supply.instrument.close();
  });

  const value = (place: string) => station.newest(`psu/${place}`)?.value;
  const setOf = (output: number) =>
    ['currentLimit', 'voltageSetpoint', 'enabled'].map((name) => supply.instrument.read(name, output));
  const relayEvents = () =>
    station.outputs.flatMap((output) =>
      output.type === 'event' && output.event.startsWith('output')
        ? [[output.event, output.channel, output.details['because']]]
        : [],
    );

  it('gets what two clients want of it one after the other, never mixed', async () => {
    supply = await startRealSupply(station);
    const said = supply.links.opened[0]?.said ?? [];
    said.length = 0;
    const one = station.send('psu', 'configure', { currentLimit: 1, voltageSetpoint: 5, enabled: true }, 2);
    const other = station.send('psu', 'configure', { currentLimit: 0.5, voltageSetpoint: 3, enabled: true }, 2);
    await station.clock.pass(SETTLE_MS);
    expect(one.value()).to.deep.equal({ currentLimit: 1, voltageSetpoint: 5, enabled: true });
    expect(other.value()).to.deep.equal({ currentLimit: 0.5, voltageSetpoint: 3, enabled: true });
    const told = said.filter((text) => /^(CURR|VOLT|OUTP) [\d.]+,/.test(text));
    expect(told).to.deep.equal([
      ...['CURR 1,(@2)', 'VOLT 5,(@2)', 'OUTP 1,(@2)'],
      ...['CURR 0.5,(@2)', 'VOLT 3,(@2)', 'OUTP 1,(@2)'],
    ]);
  });

  it('that selects an output first gets what is meant for each, however many set it at once', async () => {
    supply = await startRealSupply(station, {}, ['rigol-dp800', 'DP832']);
    const sent = [1, 2, 3].map((output) =>
      station.send('psu', 'configure', { currentLimit: output, voltageSetpoint: 1 + output, enabled: true }, output),
    );
    await station.clock.pass(1_000);
    expect(sent.map((each) => each.text())).to.deep.equal([undefined, undefined, undefined]);
    for (const output of [1, 2, 3]) expect(setOf(output)).to.deep.equal([output, 1 + output, true]);
  });

  describe('with all outputs on', () => {
    beforeEach(async () => {
      supply = await startRealSupply(station);
      for (const output of [1, 2, 3]) station.send('psu', 'configure', { voltageSetpoint: 3, enabled: true }, output);
      await station.clock.pass(SETTLE_MS);
      expect([1, 2, 3].map((output) => supply.instrument.read('enabled', output))).to.deep.equal([true, true, true]);
    });

    it('is off within half a second of STOP ALL when it answers nothing any more, and is not taken for safe', async () => {
      supply.instrument.faults.add({ kind: 'silent' });
      await station.clock.pass(900);
      const sent = station.send('psu', 'makeSafe');
      await station.clock.pass(500);
      expect([1, 2, 3].map((output) => supply.instrument.read('enabled', output))).to.deep.equal([false, false, false]);
      await station.clock.pass(SETTLE_MS);
      expect(sent.code()).to.be.oneOf(['TIMEOUT', 'DISCONNECTED']);
    });

    it('is told to switch everything off before it is asked whether it has', async () => {
      const said = supply.links.opened[0]?.said ?? [];
      const sent = station.send('psu', 'makeSafe');
      const before = said.length;
      await station.clock.pass(SETTLE_MS);
      expect(sent.value()).to.deep.equal({});
      const offs = said.slice(before).filter((text) => text.startsWith('OUTP 0'));
      const first = said.indexOf('OUTP 0,(@1)', before);
      expect(offs).to.deep.equal(['OUTP 0,(@1)', 'OUTP 0,(@2)', 'OUTP 0,(@3)']);
      expect(said.slice(first, first + 3)).to.deep.equal(offs);
    });

    it('comes back as switching on has left it when the mains had failed, and is told nothing', async () => {
      const link = supply.links.opened[0];
      supply.instrument.switchOff();
      link?.lost.next({ code: 'DISCONNECTED', message: 'connection reset' });
      await station.clock.pass(100);
      supply.instrument.switchOn();
      await station.clock.pass(SETTLE_MS);
      expect(supply.manager.state).to.equal('online');
      expect([value('1/enabled'), value('1/voltageSetpoint'), value('1/voltage')].map(Number)).to.satisfy(
        ([enabled, setpoint, volts]: readonly number[]) =>
          enabled === 0 && setpoint === 0 && Math.abs(volts ?? 1) < 0.01,
      );
      expect(relayEvents().slice(-3)).to.deep.equal([1, 2, 3].map((output) => ['outputOff', output, 'found']));
      const told = supply.links.opened.at(-1)?.said.filter((text) => !text.includes('?'));
      expect(told).to.deep.equal([]);
    });
  });
});
