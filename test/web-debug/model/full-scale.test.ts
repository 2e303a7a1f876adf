import { expect } from 'chai';
import { fullScale } from '../../../web-debug/model/full-scale.js';
import { description } from './description.js';

describe('the full scale of a channel', () => {
  it('is the largest value of the unit that can be asked for', () => {
    expect(fullScale(description, description.channels[0], 'V')).to.equal(25);
  });

  it('looks at negative limits by their size', () => {
    expect(fullScale(description, description.channels[1], 'V')).to.equal(50);
  });

  it('is unknown for another unit, and without a channel', () => {
    const found = [fullScale(description, description.channels[0], 'A'), fullScale(description, undefined, 'V')];
    expect(found).to.deep.equal([undefined, undefined]);
  });
});
