import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { isJsonObject, type Json } from '../../../core/json-value.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { psuDefaults } from '../../../managers/psu/psu.options.js';
import { psuOptionsSchema } from '../../../managers/psu/psu.schema.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { playedLinks, scripted } from '../../support/played-link.js';
import { FakeStation } from '../fake-station.js';

const validate = createCompiler()(psuOptionsSchema);
const e36313a = { driver: 'keysight-e36300', model: 'E36313A', resource: 'TCPIP::127.0.0.1::5025::SOCKET' };

const fitting: readonly JsonObject[] = [
  {},
  { ...psuDefaults },
  { ...e36313a, outputs: [1, 3], channels: { 1: { name: 'core', rates: { voltage: 0.5, current: 0.1 } } } },
  { ...e36313a, link: { timeoutMs: 500 }, pollMs: 100, statusPollMs: 500, settingsPollMs: 10_000, safe: 'hold' },
  { driver: 'virtual', virtual: { outputs: [{ volts: 30, amperes: 3 }], loads: { 1: { ohms: 12, farads: 0.001 } } } },
  { driver: 'external', ping: 'true', getChannels: 'cat psu.json', idn: { model: 'M1' } },
];
const unfit: readonly JsonObject[] = [
  { driver: '' },
  { voltage: 5 },
  { outputs: [] },
  { outputs: [1, 1] },
  { channels: { 1: { limits: { voltageSetpoint: { max: 5 } } } } },
  { channels: { 1: { rates: { voltage: 0 } } } },
  { channels: { 1: { rates: { current: 0 } } } },
  { channels: { 1: { rates: { power: 1 } } } },
  { channels: { 1: { name: '' } } },
  { pollMs: -1 },
  { safe: 'on' },
  { virtual: { loads: { 1: { ohms: -1 } } } },
  { virtual: { outputs: [{ volts: 5 }] } },
  { idn: { owner: 'me' } },
];

/** What does not go together, and what is said about it. */
const wrong: readonly (readonly [JsonObject, string])[] = [
  [{ resource: 'TCPIP::h::INSTR' }, 'resource: belongs to a driver file, and driver is virtual'],
  [{ ...e36313a, virtual: {} }, 'virtual: belongs to virtual, and driver is keysight-e36300'],
  [{ ...e36313a, ping: 'true' }, 'ping: belongs to external, and driver is keysight-e36300'],
  [{ driver: 'external' }, 'getChannels: an external supply needs the command that prints its channels'],
  [{ driver: 'keysight-e36300' }, 'resource: where is the keysight-e36300?'],
  [{ ...e36313a, model: 'E36399Z' }, 'model: keysight-e36300 drives E36311A, E36312A, E36313A, EDU36311A, not E36399Z'],
  [{ ...e36313a, driver: 'keysight-e36301' }, 'there is no driver file keysight-e36301; did you mean'],
  [{ driver: 'agilent-34401a', resource: 'GPIB::5::INSTR' }, 'drives a meter, no supply; use kind: instrument'],
  [{ ...e36313a, outputs: [1, 4] }, 'outputs: there is no output 4; there are 1, 2, 3'],
  [{ ...e36313a, outputs: [1, '1'] }, 'outputs: 1 is there twice'],
  [{ ...e36313a, channels: { 4: {} } }, 'channels.4: there is no output 4; there are 1, 2, 3'],
  [{ ...e36313a, outputs: [1, 2], channels: { 3: {} } }, 'channels.3: output 3 is not among outputs, 1, 2'],
  [
    { ...e36313a, channels: { 1: { limits: { voltageSetpoint: { maximum: 7 } } } } },
    'channels.1.limits.voltageSetpoint: maximum 7 V is outside 0..6.18 V, what the supply can do; a config may only narrow it',
  ],
  [
    { ...e36313a, channels: { 1: { limits: { voltageSetpoint: { minimum: 5, maximum: 4 } } } } },
    'channels.1.limits.voltageSetpoint: 5..4 V lets nothing pass',
  ],
  [
    { ...e36313a, channels: { 1: { limits: { voltage: { maximum: 5 } } } } },
    'channels.1.limits.voltage: voltage is no number that this supply can be set to; it has voltageSetpoint, currentLimit',
  ],
  [
    { driver: 'external', getChannels: 'true', channels: { 1: { rates: { voltage: 1 } } } },
    'channels.1.rates.voltage: voltageSetpoint is no number that this supply can be set to; it has nothing',
  ],
  [
    { driver: 'external', getChannels: 'true', channels: { 1: { rates: { current: 1 } } } },
    'channels.1.rates.current: currentLimit is no number that this supply can be set to; it has nothing',
  ],
  [{ virtual: { loads: { 4: { ohms: 1 } } } }, 'virtual.loads: there is no output 4; there are 1 to 3'],
];

describe('the options of a power supply', () => {
  let station: FakeStation;

  const create = (options: JsonObject) => {
    const links = playedLinks(station.clock, () => scripted(() => undefined));
    return psuKind.create(options, station.context('psu', links));
  };

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    await station.stop();
  });

  for (const options of fitting) {
    it(`take ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.be.empty;
      expect(create(options).describe().kind).to.equal('psu');
    });
  }

  for (const options of unfit) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.not.be.empty;
    });
  }

  for (const [options, sentence] of wrong) {
    it(`say of ${JSON.stringify(options)} what is wrong`, () => {
      expect(validate(options)).to.be.empty;
      expect(() => create(options)).to.throw(sentence);
    });
  }

  it('have a description each, and the defaults of the code', () => {
    const { properties } = psuOptionsSchema;
    const described: readonly (readonly [string, Json])[] = isJsonObject(properties) ? Object.entries(properties) : [];
    const defaults = described.flatMap(([name, option]) =>
      isJsonObject(option) && option['default'] !== undefined ? [[name, option['default']]] : [],
    );
    expect(Object.fromEntries(defaults)).to.deep.equal(psuDefaults);
    for (const [name, option] of described) expect(option, name).to.include.keys('description');
  });

  it('make a manager that knows the outputs of its model before the supply answers', () => {
    expect(
      create(e36313a)
        .describe()
        .channels.map(({ id }) => id),
    ).to.deep.equal([1, 2, 3]);
    expect(
      create({ ...e36313a, outputs: [2] })
        .describe()
        .channels.map(({ id }) => id),
    ).to.deep.equal([2]);
  });

  it('know an output by its number, in quotes or not, before the model is known', () => {
    const { driver, resource } = e36313a;
    expect(
      create({ driver, resource, outputs: ['2', 3] })
        .describe()
        .channels.map(({ id }) => id),
    ).to.deep.equal([2, 3]);
  });
});
