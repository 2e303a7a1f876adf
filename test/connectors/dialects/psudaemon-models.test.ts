import { expect } from 'chai';
import {
  noSuchChannel,
  notShowable,
  printChannel,
  printChannels,
  printUnit,
  type ChannelFacts,
  type UnitFacts,
} from '../../../connectors/dialects/psudaemon-models.js';
import { pythonFloat } from '../../../connectors/dialects/python-float.js';
import { problem } from '../../../core/errors.js';
import type { Json } from '../../../core/json-value.js';
import type { Reading } from '../../../core/message.js';

const unit: UnitFacts = {
  name: 'psu1',
  model: 'Keysight Technologies,E36313A',
  uri: 'TCPIP::192.0.2.51::inst0::INSTR',
  isOnline: true,
  identity: { manufacturer: null, model: 'E36313A', serial: 'MY61004803', revision: '2.1.0-1.0.4-1.12' },
};

const reading = (parameter: string, value: Json, more: Partial<Reading> = {}): Reading => ({
  type: 'reading',
  manager: 'psu1',
  topic: `psu1/2/${parameter}`,
  channel: 2,
  parameter,
  value,
  quality: 'good',
  timeMs: 0,
  epoch: 1,
  seq: 1,
  previous: 0,
  ...more,
});

const channel = (...others: readonly Reading[]): ChannelFacts => ({
  index: 2,
  readings: new Map(
    [
      reading('name', 'CH2'),
      reading('enabled', false),
      reading('current', -8.75e-6),
      reading('voltage', 1.2e-5),
      reading('currentLimit', 0.15),
      reading('voltageSetpoint', 5),
      ...others,
    ].map((item) => [item.parameter, item]),
  ),
});

describe('the answers of PSUDaemon', () => {
  it('are a channel to the byte, as the original prints it', () => {
    expect(printChannel(unit, channel(), 'newer', true)).to.equal(
      '{"index":2,"name":"CH2","psu.name":"psu1","state":false,"current":-8.75e-06,"voltage":1.2e-05,' +
        '"current_limit":0.15,"voltage_limit":5.0,"psu.idn.manufacturer":null,"psu.idn.model":"E36313A",' +
        '"psu.idn.serial":"MY61004803","psu.idn.revision":"2.1.0-1.0.4-1.12"}',
    );
  });

  it('are a unit to the byte', () => {
    expect(printUnit(unit)).to.equal(
      '{"name":"psu1","model":"Keysight Technologies,E36313A","uri":"TCPIP::192.0.2.51::inst0::INSTR","online":true}',
    );
  });

  it('have the keys of the README when these are asked for', () => {
    const keys = (isMonitoring: boolean) =>
      Object.keys(JSON.parse(printChannel(unit, channel(), 'older', isMonitoring)) as object);
    const common = 'index name model current current_limit state voltage voltage_limit psu'.split(' ');
    expect(keys(false)).to.deep.equal(common);
    expect(keys(true)).to.deep.equal([...common, 'online', 'idn']);
  });

  it('have both, each key once, when both are asked for', () => {
    const both = JSON.parse(printChannel(unit, channel(), 'both', true)) as Record<string, Json>;
    expect(both).to.include({ 'psu.name': 'psu1', psu: 'psu1', online: true, voltage_limit: 5 });
    expect(both['idn']).to.deep.equal(unit.identity);
    expect(Object.keys(both)).to.have.length(12 + 4);
  });

  it('list channels as an array, or by number for the readers of the README', () => {
    expect(JSON.parse(printChannels(unit, [channel()], 'both')))
      .to.be.an('array')
      .of.length(1);
    expect(JSON.parse(printChannels(unit, [channel()], 'older'))).to.have.all.keys('2');
  });

  it('name a channel by its number when nobody has named it', () => {
    const unnamed = { index: 2, readings: new Map([...channel().readings].filter(([name]) => name !== 'name')) };
    expect(printChannel(unit, unnamed, 'newer', true)).to.contain('"name":"CH2"');
  });

  it('print null for a limit that the unit does not have', () => {
    const external = {
      index: 2,
      readings: new Map([...channel().readings].filter(([name]) => !/Limit|Set/.test(name))),
    };
    expect(notShowable(external)).to.equal(undefined);
    expect(printChannel(unit, external, 'newer', true)).to.contain('"current_limit":null,"voltage_limit":null');
  });

  it('are not given for a channel that could not be read, with the reason', () => {
    const bad = reading('voltage', null, { quality: 'bad', problem: problem('TIMEOUT', 'no answer to MEAS:VOLT?') });
    expect(notShowable(channel(bad))).to.equal('no answer to MEAS:VOLT?');
    expect(notShowable(channel(reading('current', 1, { quality: 'stale' })))).to.equal('current is too old to trust');
    expect(notShowable({ index: 2, readings: new Map() })).to.equal('enabled has not been read yet');
  });

  it('say which channels there are in the words of each generation', () => {
    expect(noSuchChannel('psu1', 9n, [1, 2, 3], 'newer')).to.equal('psu psu1 has no channel 9');
    expect(noSuchChannel('psu1', 9n, [1, 2, 3], 'older')).to.equal('channel out of range: 9 not in [1, 2, 3]');
  });
});

describe('a float of Python', () => {
  for (const [value, text] of [
    [5, '5.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [-25.75, '-25.75'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [1e22, '1e+22'],
    [16.799999, '16.799999'],
  ] as const) {
    it(`is ${text}`, () => {
      expect(pythonFloat(value)).to.equal(text);
    });
  }
});
