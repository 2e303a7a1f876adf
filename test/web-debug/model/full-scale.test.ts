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

  it('of a power is what voltage and current allow together', () => {
    const [command] = Object.values(description.commands);
    if (command === undefined) throw new Error('the description has no command');
    const commands = { set: { ...command, units: { voltage: 'V', current: 'A' } } };
    const limits = { 'set.voltage': { maximum: 25 }, 'set.current': { maximum: 2 } };
    expect(fullScale({ ...description, commands }, { id: 1, limits }, 'W')).to.equal(50);
  });

  it('is unknown for another unit, and without a channel', () => {
    const [channel] = description.channels;
    const found = [fullScale(description, channel, 'A'), fullScale(description, channel, 'W')];
    expect([...found, fullScale(description, undefined, 'V')]).to.deep.equal([undefined, undefined, undefined]);
  });
});
