import { expect } from 'chai';
import { ageText, agoText, clockText } from '../../../web-debug/model/age.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

describe('the text of an age', () => {
  const texts: readonly (readonly [ageMs: number, text: string])[] = [
    [0, 'now'],
    [999, 'now'],
    [second, '1 s'],
    [59_999, '59 s'],
    [minute, '1 min'],
    [hour - 1, '59 min'],
    [hour, '1 h 00 min'],
    [25 * hour - 1, '1 d 0 h'],
    [4 * 24 * hour + 3 * hour, '4 d 3 h'],
  ];
  for (const [ageMs, text] of texts) {
    it(`says "${text}" after ${ageMs} ms`, () => {
      expect(ageText(ageMs)).to.equal(text);
    });
  }

  it('takes an age below zero for two clocks that differ', () => {
    expect(ageText(-5_000)).to.equal('now');
  });

  it('fits into a sentence', () => {
    expect([agoText(10), agoText(2_000)]).to.deep.equal(['now', '2 s ago']);
  });
});

describe('the time of day', () => {
  it('has milliseconds and leading zeros', () => {
    expect(clockText(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).to.equal('03:04:05.006');
  });
});
