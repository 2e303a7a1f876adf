import { expect } from 'chai';
import { nearest } from '../../schemas/nearest.js';

const words = ['voltage', 'voltageSetpoint', 'enabled', 'kind'];

describe('the nearest word', () => {
  it('is the one with a letter changed, left out, added or swapped', () => {
    const meant = ['voltige', 'votage', 'vooltage', 'votlage'].map((word) => nearest(word, words));
    expect(meant).to.deep.equal(['voltage', 'voltage', 'voltage', 'voltage']);
  });

  it('does not look at capitals', () => {
    expect(nearest('VOLTAGE', words)).to.equal('voltage');
  });

  it('is none when nothing is close', () => {
    expect(nearest('temperature', words)).to.equal(undefined);
  });

  it('is none among none', () => {
    expect(nearest('voltage', [])).to.equal(undefined);
  });
});
