import { expect } from 'chai';
import {
  bytesText,
  jsonText,
  numberText,
  rangeText,
  unitText,
  valueText,
} from '../../../web-debug/model/number-text.js';

describe('the text of a number', () => {
  const texts: readonly (readonly [value: number, text: string])[] = [
    [0, '0'],
    [18_000, '18\u202f000'],
    [-18_000.4321, '\u221218\u202f000.43'],
    [0.123456789, '0.123457'],
    [1_234_567.9, '1\u202f234\u202f568'],
    [0.00001, '1.0000e\u22125'],
    [1.5e15, '1.5000e+15'],
    [NaN, 'NaN'],
  ];
  for (const [value, text] of texts) {
    it(`shows ${value} as "${text}"`, () => {
      expect(numberText(value)).to.equal(text);
    });
  }

  it('leaves away the decimals that are nothing against the full scale', () => {
    expect(numberText(-0.267798, 26_000)).to.equal('\u22120.27');
  });

  it('puts no sign before nothing', () => {
    expect(numberText(-0.000004, 25.75)).to.equal('0.00000');
  });
});

describe('the text of limits', () => {
  it('has both ends, or the one that there is', () => {
    const all = [{ minimum: 0, maximum: 25.75 }, { minimum: -25.75, maximum: 0 }, { maximum: 1e6 }, {}];
    expect(all.map((limits) => rangeText(limits))).to.deep.equal([
      '0\u202625.75',
      '\u221225.75\u20260',
      '\u20261000000',
      undefined,
    ]);
  });
});

describe('the text of a value', () => {
  it('says on and off for a flag, and a dash for nothing', () => {
    expect([true, false, null].map((value) => valueText(value))).to.deep.equal(['on', 'off', '\u2014']);
  });

  it('keeps all digits of an integer beyond 2^53', () => {
    expect(jsonText({ count: 2n ** 60n })).to.equal('{"count":"1152921504606846976"}');
  });

  it('has no unit for a plain number', () => {
    expect([unitText('1'), unitText(undefined), unitText('V')]).to.deep.equal([undefined, undefined, 'V']);
  });

  it('counts bytes in thousands', () => {
    expect([12, 1_500, 2_500_000].map(bytesText)).to.deep.equal(['12 B', '1.5 kB', '2.5 MB']);
  });
});
