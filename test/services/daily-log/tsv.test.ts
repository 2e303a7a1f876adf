import { expect } from 'chai';
import fc from 'fast-check';
import { dailyFile, rounded, tsvHeader, tsvLine } from '../../../services/daily-log/tsv.js';

const at = (...parts: [number, number, number, number?, number?, number?, number?]) => new Date(...parts).getTime();

/** Value, and what Python 3 prints for `round(value, 2)`. */
const roundings: readonly (readonly [number, string])[] = [
  [500.7, '500.7'],
  [-0.06, '-0.06'],
  [18_000.123_456, '18000.12'],
  [500, '500.0'],
  [0, '0.0'],
  [-0.001, '-0.0'],
  [0.995, '0.99'],
  [1.005, '1.0'],
  [2.675, '2.67'],
  [0.125, '0.12'],
  [0.375, '0.38'],
  [-0.625, '-0.62'],
  [18_000.875, '18000.88'],
];

describe('the format of the daily log', () => {
  it('names a file by its local day', () => {
    expect(dailyFile(at(2026, 0, 5, 23, 59, 59, 999), false)).to.equal('26-01-05.tsv');
    expect(dailyFile(at(2026, 0, 6), false)).to.equal('26-01-06.tsv');
  });

  it('keeps what is virtual apart', () => {
    expect(dailyFile(at(2026, 11, 31), true)).to.equal('26-12-31-virtual.tsv');
  });

  it('names the columns', () => {
    expect(tsvHeader('HV')).to.equal('timestamp\tHV\n');
  });

  it('writes local time with six decimals, a tab, the value and a line end', () => {
    expect(tsvLine(at(2026, 0, 5, 7, 41, 51, 90), 500.7)).to.equal('07:41:51.090000\t500.7\n');
  });

  it('keeps the microseconds of a finer clock', () => {
    expect(tsvLine(at(2026, 0, 5, 7, 41, 51, 90) + 0.875, 1)).to.equal('07:41:51.090875\t1.0\n');
  });

  it('has six decimals on the whole second, too', () => {
    expect(tsvLine(at(2026, 0, 5, 7, 41, 51), 1)).to.equal('07:41:51.000000\t1.0\n');
  });

  for (const [value, text] of roundings) {
    it(`rounds ${value} to ${text}`, () => {
      expect(rounded(value)).to.equal(text);
    });
  }

  it('is never further off than half of the last digit, and never longer than it need be', () => {
    fc.assert(
      fc.property(fc.double({ min: -40_000, max: 40_000, noNaN: true }), (value) => {
        expect(Math.abs(Number(rounded(value)) - value)).to.be.at.most(0.005 + 1e-9);
        expect(rounded(value)).to.match(/^-?\d+\.(?:0|\d?[1-9])$/);
      }),
    );
  });
});
