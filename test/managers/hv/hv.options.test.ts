import { silentLog } from '../../../core/log.js';
import { createLinks } from '../../../managers/links/registry.js';
import { expect } from 'chai';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json-value.js';
import { hvKind } from '../../../managers/hv/hv.kind.js';
import { blocksOf, hvDefaults, hvOptionsSchema } from '../../../managers/hv/hv.options.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { FakeStation } from '../fake-station.js';

const validate = createCompiler()(hvOptionsSchema);
const none = { limits: {} };

const fitting: readonly JsonObject[] = [
  {},
  { ...hvDefaults, blocks: [{ id: 1 }, { id: 'shift', limits: { maximum: 900 } }] },
  { blocks: 16, measuringPeriodMs: 0 },
  { calibration: { slope: 3_500 } },
  { safeVoltage: null, seed: 7 },
];
const unfit: readonly JsonObject[] = [
  { driver: 'fuG' },
  { blocks: 0 },
  { blocks: [] },
  { blocks: [{ id: 'Main' }] },
  { blocks: [{}] },
  { settlingMs: -1 },
  { measuringPeriodMs: 1e9 },
  { rampVPerS: 0 },
  { noiseV: -0.5 },
  { calibration: { slope: 0 } },
  { limits: { max: 5 } },
  { ramp: 200 },
];

describe('the options of an hv rack', () => {
  for (const options of fitting) {
    it(`take ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.be.empty;
    });
  }

  for (const options of unfit) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.not.be.empty;
    });
  }

  it('have a description and a default each', () => {
    const { properties } = hvOptionsSchema;
    const options: readonly (readonly [string, Json])[] = isJsonObject(properties) ? Object.entries(properties) : [];
    expect(options.map(([name]) => name)).to.deep.equal(Object.keys(hvDefaults));
    for (const [name, option] of options) {
      expect(option, name).to.include.keys('description', 'default');
    }
  });

  it('are the same as none at all when they are the defaults', () => {
    expect(validate({ ...hvDefaults })).to.be.empty;
  });

  it('number the blocks from 1', () => {
    expect([...blocksOf({ ...none, blocks: 3 }).keys()]).to.deep.equal([1, 2, 3]);
  });

  it('give each block the limits of the rack, or its own', () => {
    const blocks = [{ id: 1 }, { id: 2, limits: { maximum: 900 } }];
    expect([...blocksOf({ blocks, limits: { minimum: 0 } }).values()]).to.deep.equal([
      { minimum: 0 },
      { maximum: 900 },
    ]);
  });

  it('refuse two blocks of one name', () => {
    expect(() => blocksOf({ ...none, blocks: [{ id: 1 }, { id: '1' }] })).to.throw('there are two of the name 1');
  });

  it('refuse limits that let nothing pass', () => {
    expect(() => blocksOf({ blocks: 1, limits: { minimum: 5, maximum: 4 } })).to.throw('5..4 V, let nothing pass');
  });
});

describe('the kind hv', () => {
  let station: FakeStation;

  const links = () =>
    createLinks({ clock: station.clock, random: () => 0.5, log: silentLog, boards: {}, claim: () => () => undefined });

  const create = (options: JsonObject) => () =>
    hvKind.create({ driver: 'fluke-agilent', ...options }, station.context('hv', links()));

  beforeEach(() => {
    station = new FakeStation();
  });

  afterEach(async () => {
    await station.stop();
  });

  it('says which links exist when the hardware needs another', () => {
    expect(create({})).to.throw(
      'no road reaches "GPIB0::4::INSTR": board 0 has no adapter, name it under station.gpib; the roads are: ',
    );
  });

  it('gives the hardware one block', () => {
    const replayed = { calibrator: 'replay:a', voltmeter: 'replay:b' };
    expect(create({ ...replayed, blocks: 2 })).to.throw('fluke-agilent has one, not 2');
  });

  it('does not hurry the voltmeter', () => {
    const replayed = { calibrator: 'replay:a', voltmeter: 'replay:b' };
    expect(create({ ...replayed, measuringPeriodMs: 1_000 })).to.throw('the voltmeter needs 200 power line cycles');
  });

  it('is named in the table of managers', async () => {
    const { managerKinds } = await import('../../../managers/registry.js');
    expect(await managerKinds['hv']?.()).to.equal(hvKind);
  });
});
