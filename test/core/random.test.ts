import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../core/random.js';

const take = (seed: number, count: number): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
};

describe('seededRandom', () => {
  it('gives the same numbers for the same seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(take(seed, 20)).to.deep.equal(take(seed, 20));
      }),
    );
  });

  it('gives other numbers for another seed', () => {
    expect(take(1, 5)).to.not.deep.equal(take(2, 5));
  });

  it('stays in [0, 1)', () => {
    fc.assert(fc.property(fc.integer(), (seed) => take(seed, 100).every((value) => value >= 0 && value < 1)));
  });

  it('is uniform: chi-squared of 100 bins over 100 000 numbers', () => {
    const bins = new Array<number>(100).fill(0);
    for (const value of take(42, 100_000)) {
      const bin = Math.floor(value * 100);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquared).to.be.within(60, 148); // 99 degrees of freedom, 0.1 % on either side
  });

  it('does not correlate one number with the next', () => {
    const values = take(7, 50_000).map((value) => value - 0.5);
    const covariance = values.slice(1).reduce((sum, value, index) => sum + value * (values[index] ?? 0), 0);
    expect(Math.abs(covariance / values.length) * 12).to.be.below(0.02);
  });
});
