import { expect } from 'chai';
import { coupledPair, partnerOf } from '../../../core/physics/tracking.js';

describe('coupled outputs', () => {
  it('are the first neighbours of the same range, sign apart', () => {
    const ranges = (...volts: readonly number[]) =>
      volts.map((each, index) => [index + 1, { volts: each, amperes: 1 }] as const);
    expect(coupledPair(ranges(6.18, 25.75, 25.75))).to.deep.equal([2, 3]);
    expect(coupledPair(ranges(6.18, 25.75, -25.75))).to.deep.equal([2, 3]);
    expect(coupledPair(ranges(32, 32, 5))).to.deep.equal([1, 2]);
    expect(coupledPair(ranges(6, 25))).to.equal(undefined);
  });

  it('are partners of each other while they are coupled', () => {
    expect(partnerOf('series', [2, 3], 2)).to.equal(3);
    expect(partnerOf('tracking', [2, 3], 3)).to.equal(2);
    expect(partnerOf('parallel', [2, 3], 1)).to.equal(undefined);
    expect(partnerOf('off', [2, 3], 2)).to.equal(undefined);
  });
});
