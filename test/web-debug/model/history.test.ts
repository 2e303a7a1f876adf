import { expect } from 'chai';
import { historyPoints, plotValue } from '../../../web-debug/model/history.js';

describe('the points of a history reply', () => {
  it('are pairs of time and value, null for a gap', () => {
    const reply = {
      points: [
        [1, 2.5],
        [2, null],
      ],
    };
    expect(historyPoints(reply)).to.deep.equal([
      [1, 2.5],
      [2, null],
    ]);
  });

  it('leave out what is no point', () => {
    expect(historyPoints({ points: [['yesterday', 1], 7, [3, 4]] })).to.deep.equal([[3, 4]]);
  });

  for (const reply of [null, 5, {}, { points: 'none' }]) {
    it(`are none in ${JSON.stringify(reply)}`, () => {
      expect(historyPoints(reply)).to.deep.equal([]);
    });
  }
});

describe('the height of a value', () => {
  it('is 0 or 1 for a flag, a gap for text', () => {
    expect([plotValue(true), plotValue(false), plotValue('high'), plotValue(3)]).to.deep.equal([1, 0, null, 3]);
  });
});
