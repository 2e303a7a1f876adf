import { expect } from 'chai';
import fc from 'fast-check';
import { declare, outsideLimits } from '../../core/parameter.js';
import { pollPlan } from '../../core/poll-plan.js';
import { millis, seconds, toMillis, volts } from '../../core/units.js';

describe('outsideLimits', () => {
  for (const [value, limits, sentence] of [
    [26, { minimum: 0, maximum: 25 }, 'voltage 26 V is outside 0..25 V'],
    [-1, { minimum: 0, maximum: 25 }, 'voltage -1 V is outside 0..25 V'],
    [25, { minimum: 0, maximum: 25 }, undefined],
    [0, { minimum: 0, maximum: 25 }, undefined],
    [26, { maximum: 25 }, 'voltage 26 V is outside ..25 V'],
    [-1, { minimum: 0 }, 'voltage -1 V is outside 0.. V'],
    [1e9, {}, undefined],
    [1e9, undefined, undefined],
    ['26', { maximum: 25 }, undefined],
    [1, { maximum: Number.NaN }, 'voltage 1 V is outside ..NaN V'],
  ] as const) {
    it(`says ${sentence === undefined ? 'nothing' : `"${sentence}"`} of ${value} with ${JSON.stringify(limits)}`, () => {
      expect(outsideLimits('voltage', value, limits, 'V')).to.equal(sentence);
    });
  }

  it('refuses exactly what is below the minimum or above the maximum', () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(number, number, number, (value, minimum, maximum) => {
        const isOutside = value < minimum || value > maximum;
        expect(outsideLimits('x', value, { minimum, maximum }) !== undefined).to.equal(isOutside);
      }),
    );
  });
});

describe('a declaration', () => {
  type Driver = { readonly writes: unknown[] };
  const { numeric, flag, text, choice, structure, command, numericArgument, flagArgument, textArgument, argument } =
    declare<Driver>();
  const call = { signal: new AbortController().signal, deadline: 0, refresh: () => Promise.resolve() };

  it('gives each parameter the schema of its kind', () => {
    const description = 'x';
    expect(numeric({ description, unit: 'V' })).to.deep.equal({ description, unit: 'V', schema: { type: 'number' } });
    expect(flag({ description }).schema).to.deep.equal({ type: 'boolean' });
    expect(text({ description }).schema).to.deep.equal({ type: 'string', maxLength: 4096 });
    expect(choice({ description, choices: ['a', 'b'] })).to.deep.equal({
      description,
      schema: { type: 'string', enum: ['a', 'b'] },
    });
    expect(structure({ description, schema: { type: 'array' } }).schema).to.deep.equal({ type: 'array' });
  });

  it('gives each argument its schema', () => {
    expect(numericArgument({ description: 'x', unit: 's' }).schema).to.deep.equal({ type: 'number' });
    expect(flagArgument('x').schema).to.deep.equal({ type: 'boolean' });
    expect(textArgument('x').schema).to.deep.equal({ type: 'string', maxLength: 4096 });
    expect(argument('x', { type: 'array' }, { isOptional: true })).to.deep.equal({
      description: 'x',
      schema: { type: 'array' },
      isOptional: true,
    });
  });

  it('hands the value and the call to the driver, and drops what the driver returns', async () => {
    const parameter = numeric({
      description: 'x',
      unit: 'V',
      write: (driver, channel, value, its) => Promise.resolve(driver.writes.push(channel, value, its)),
    });
    const driver: Driver = { writes: [] };
    expect(await parameter.write?.(driver, 2, 5, call)).to.equal(undefined);
    expect(driver.writes).to.deep.equal([2, 5, call]);
  });

  it('takes a time-out as a number or from the values', () => {
    const rest = { description: 'x', arguments: {}, busy: 'reject', run: () => Promise.resolve({}) } as const;
    expect(command({ ...rest, timeoutMs: 5 }).timeoutMs({})).to.equal(5);
    const byValue = command({
      ...rest,
      arguments: { time: numericArgument({ description: 'x', unit: 's' }) },
      timeoutMs: ({ time }) => time * 1_000,
    });
    expect(byValue.timeoutMs({ time: 2 })).to.equal(2_000);
  });

  it('is read in groups of the same period, channel by channel', () => {
    const read = (): Promise<number> => Promise.resolve(1);
    const parameters = {
      voltage: numeric({ description: 'x', unit: 'V', pollMs: 10, read }),
      current: numeric({ description: 'x', unit: 'A', pollMs: 10, read }),
      pressure: numeric({ description: 'x', unit: 'mbar', scope: 'manager', read }),
      target: numeric({ description: 'x', unit: 'V' }),
    };
    const driver: Driver = { writes: [] };
    expect(pollPlan(parameters, { driver, channels: [1, 2], noChannel: 0 })).to.deep.equal([
      {
        everyMs: 10,
        items: [
          { parameter: 'voltage', channel: 1 },
          { parameter: 'current', channel: 1 },
          { parameter: 'voltage', channel: 2 },
          { parameter: 'current', channel: 2 },
        ],
      },
      { everyMs: undefined, items: [{ parameter: 'pressure', channel: 0 }] },
    ]);
  });
});

describe('a plan of reading', () => {
  it('leaves out what the device does not have on a channel', () => {
    const { flag } = declare<{ readonly switched: number }>();
    const read = (): Promise<boolean> => Promise.resolve(true);
    const enabled = flag({
      description: 'x',
      pollMs: 10,
      read,
      isAt: ({ switched }, channel) => channel === switched,
    });
    const plan = pollPlan({ enabled }, { driver: { switched: 2 }, channels: [1, 2, 3], noChannel: 0 });
    expect(plan).to.deep.equal([{ everyMs: 10, items: [{ parameter: 'enabled', channel: 2 }] }]);
    expect(pollPlan({ enabled }, { driver: { switched: 9 }, channels: [1], noChannel: 0 })).to.be.empty;
  });
});

describe('units', () => {
  it('are numbers', () => {
    expect([volts(5), millis(3), toMillis(seconds(1.5))]).to.deep.equal([5, 3, 1_500]);
  });
});
