import { expect } from 'chai';
import { defaultTopics, plotGroups } from '../../../web-debug/model/plot-plan.js';
import { description } from './description.js';

describe('what a plot shows', () => {
  it('is the first number that is polled, of every channel, before anybody has chosen', () => {
    expect(defaultTopics(description)).to.deep.equal(['psu/1/voltage', 'psu/2/voltage']);
  });

  it('is nothing for a manager without numbers', () => {
    expect(defaultTopics({ ...description, parameters: {} })).to.deep.equal([]);
  });

  it('puts what has one unit on one plot', () => {
    const chosen = new Set(['psu/1/voltage', 'psu/1/voltageSetpoint', 'psu/heatsink', 'psu/2/enabled']);
    const groups = plotGroups(description, chosen).map(({ unit, series }) => [
      unit,
      ...series.map(({ label }) => label),
    ]);
    expect(groups).to.deep.equal([
      ['V', '1 voltageSetpoint', '1 voltage'],
      ['off / on', '2 enabled'],
      ['°C', 'heatsink'],
    ]);
  });

  it('leaves out what is no longer there', () => {
    expect(plotGroups(description, new Set(['psu/9/voltage']))).to.deep.equal([]);
  });
});
