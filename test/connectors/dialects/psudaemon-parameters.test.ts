import { expect } from 'chai';
import fc from 'fast-check';
import { channelChange, channelIndex } from '../../../connectors/dialects/psudaemon-parameters.js';

describe('a channel number of PSUDaemon', () => {
  for (const [text, index] of [
    ['1', 1n],
    ['01', 1n],
    ['1.0', 1n],
    ['1.', 1n],
    [' 1', 1n],
    ['+1', 1n],
    ['0', 0n],
    ['-1', -1n],
    ['1_0', 10n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['9'.repeat(5_000), BigInt('9'.repeat(5_000))],
  ] as const) {
    it(`is ${index} in "${text}"`.slice(0, 80), () => {
      expect(channelIndex(text)).to.deep.equal({ value: index });
    });
  }

  for (const text of ['abc', '1.5', '', ' ', '1__0', '_1', '0x1', '1e3', '--1', '１', 'channels']) {
    it(`is not in "${text.slice(0, 20)}", which is told in the words of the original`, () => {
      expect(channelIndex(text)).to.deep.equal({
        violation: {
          type: 'int_parsing',
          loc: ['path', 'ch'],
          msg: 'Input should be a valid integer, unable to parse string as an integer',
          input: text,
        },
      });
    });
  }
});

describe('a number with a letter behind 100 000 digits', () => {
  // In the time that a test has: who tries every way to part the digits takes half a minute.
  it('is no channel', () => {
    expect(channelIndex(`${'0'.repeat(100_000)}x`)).to.have.property('violation');
  });

  it('is no limit', () => {
    const query = new URLSearchParams({ voltage_limit: `${'1'.repeat(100_000)}x` });
    expect(channelChange(query).violations).to.have.length(1);
  });
});

describe('the change that a query asks for', () => {
  const read = (query: string) => channelChange(new URLSearchParams(query));

  for (const [query, change] of [
    ['', {}],
    ['state=True', { state: true }],
    ['state=off', { state: false }],
    ['state=Y', { state: true }],
    ['voltage_limit=5', { voltage_limit: 5 }],
    ['voltage_limit=+5e-1', { voltage_limit: 0.5 }],
    ['voltage_limit=%2B.5', { voltage_limit: 0.5 }],
    ['current_limit=-1.', { current_limit: -1 }],
    ['name=core+rail', { name: 'core rail' }],
    ['name=', { name: '' }],
    ['voltage=5&colour=red', {}],
    ['voltage_limit=1&voltage_limit=2', { voltage_limit: 2 }],
    ['state=maybe&state=1', { state: true }],
  ] as const) {
    it(`is ${JSON.stringify(change)} in "${query}"`, () => {
      expect(read(query)).to.deep.equal({ change, violations: [] });
    });
  }

  it('lists everything that is wrong, in the order of the original', () => {
    expect(read('voltage_limit=x&current_limit=&state=maybe').violations).to.deep.equal([
      {
        type: 'bool_parsing',
        loc: ['query', 'state'],
        msg: 'Input should be a valid boolean, unable to interpret input',
        input: 'maybe',
      },
      {
        type: 'float_parsing',
        loc: ['query', 'current_limit'],
        msg: 'Input should be a valid number, unable to parse string as a number',
        input: '',
      },
      {
        type: 'float_parsing',
        loc: ['query', 'voltage_limit'],
        msg: 'Input should be a valid number, unable to parse string as a number',
        input: 'x',
      },
    ]);
  });

  for (const state of ['2', '-1', '1.0', '', ' 1', 'ja']) {
    it(`takes "${state}" for no state`, () => {
      expect(read(`state=${state}`).violations).to.have.length(1);
    });
  }

  for (const text of ['nan', 'NaN', 'inf', '-Infinity', '1e999']) {
    it(`refuses ${text}, which the original lets through to the instrument`, () => {
      const [violation] = read(`voltage_limit=${text}`).violations;
      expect(violation).to.include({ type: 'finite_number', msg: 'Input should be a finite number', input: text });
    });
  }

  it('is read from any text without a throw, and a number in it is finite', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, other) => {
        const query = new URLSearchParams([
          ['voltage_limit', value],
          ['state', other],
        ]);
        const { change } = channelChange(query);
        if (change.voltage_limit !== undefined) expect(change.voltage_limit).to.satisfy(Number.isFinite);
      }),
    );
  });
});
