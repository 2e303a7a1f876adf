import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { FakeStation } from '../fake-station.js';
import { startRealSupply, type RealSupply } from './real-supply.js';

describe('coupled outputs of a supply', () => {
  let station: FakeStation;
  let supply: RealSupply;

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    const left = await station.stop();
    supply.instrument.close();
    expect(left).to.equal(0);
  });

  const start = async (limits: JsonObject = {}, model = 'E36313A'): Promise<void> => {
    const channels = Object.fromEntries(Object.entries(limits).map(([output, its]) => [output, { limits: its }]));
    supply = await startRealSupply(station, { channels, settingsPollMs: 60_000 }, ['keysight-e36300', model]);
  };
  const send = async (command: string, args: JsonObject, channel?: number) => {
    const sent = station.send('psu', command, args, channel);
    await station.clock.pass(500);
    return sent;
  };
  const value = (place: string) => station.newest(`psu/${place}`)?.value;
  const limit = (output: number) =>
    supply.manager.describe().channels.find(({ id }) => id === output)?.limits['setVoltageSetpoint.value'];

  it('are both read back when one is set', async () => {
    await start();
    await send('setTracking', { value: 'tracking' });
    await send('setVoltageSetpoint', { value: 5 }, 2);
    expect([value('1/voltageSetpoint'), value('2/voltageSetpoint'), value('3/voltageSetpoint')]).to.deep.equal([
      0, 5, 5,
    ]);
    await send('configure', { currentLimit: 0.5, enabled: true }, 3);
    expect([value('2/currentLimit'), value('2/enabled')]).to.deep.equal([0.5, true]);
    await send('switchOff', {}, 2);
    expect([value('2/enabled'), value('3/enabled')]).to.deep.equal([false, false]);
  });

  it('are held to the limits of both', async () => {
    await start({ 3: { voltageSetpoint: { maximum: 5 } } });
    expect(limit(2)).to.deep.equal({ minimum: 0, maximum: 25.75 });
    await send('setTracking', { value: 'series' });
    expect(limit(2)).to.deep.equal({ minimum: 0, maximum: 5 });
    expect((await send('setVoltageSetpoint', { value: 6 }, 2)).code()).to.equal('OUT_OF_RANGE');
    expect((await send('setVoltageSetpoint', { value: 6 }, 1)).value()).to.deep.equal({});
    await send('setTracking', { value: 'off' });
    expect((await send('setVoltageSetpoint', { value: 6 }, 2)).value()).to.deep.equal({});
  });

  it('are not coupled when one would get what it may not', async () => {
    await start({ 3: { voltageSetpoint: { maximum: 5 } } });
    await send('setVoltageSetpoint', { value: 12 }, 2);
    const sent = await send('setTracking', { value: 'tracking' });
    expect([sent.code(), sent.text()]).to.deep.equal([
      'OUT_OF_RANGE',
      'tracking: outputs 2 and 3 would get the same settings, and on output 2 voltageSetpoint 12 V is outside 0..5 V, ' +
        'the limits of both; set it lower first',
    ]);
    expect(value('tracking')).to.equal('off');
  });

  it('of opposite sign get each its own', async () => {
    await start({ 3: { voltageSetpoint: { minimum: -5 } } }, 'E36311A');
    await send('setTracking', { value: 'tracking' });
    expect(limit(2)).to.deep.equal({ minimum: 0, maximum: 5 });
    await send('setVoltageSetpoint', { value: 5 }, 2);
    expect([value('2/voltageSetpoint'), value('3/voltageSetpoint')]).to.deep.equal([5, -5]);
  });
});
