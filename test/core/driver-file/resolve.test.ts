import { expect } from 'chai';
import { channelId, resolveDriver } from '../../../core/driver-file/resolve.js';
import { example } from './example.js';

describe('resolveDriver', () => {
  const { models, parameters, commands } = resolveDriver(example);
  const two = models.get('Two');
  const three = models.get('Three');

  it('fills in what the vocabulary of the family says', () => {
    expect(parameters.get('voltage')).to.include({ type: 'number', unit: 'V', scope: 'channel', pollMs: 1_000 });
    expect(parameters.get('tracking')).to.include({ type: 'choice', scope: 'manager' });
    expect(commands.get('clearProtection')?.description).to.match(/^Clears every trip/);
  });

  it('lets a file say it otherwise', () => {
    const file = { ...example, parameters: { ...example.parameters, voltage: { ask: 'V?', pollMs: 50 } } };
    expect(resolveDriver(file).parameters.get('voltage')).to.include({ unit: 'V', pollMs: 50 });
  });

  it('makes everything a matter of the device where there are no channels', () => {
    const single = resolveDriver({ ...example, models: { Two: {} } });
    expect(single.parameters.get('voltage')?.scope).to.equal('manager');
    expect(single.models.get('Two')?.has('voltage', undefined)).to.equal(true);
    expect(single.models.get('Two')?.channels).to.deep.equal([]);
  });

  it('names channels by numbers where they are numbers', () => {
    expect(two?.channels).to.deep.equal([1, 2]);
    expect(['0', '12', '01', 'a-b'].map(channelId)).to.deep.equal([0, 12, '01', 'a-b']);
  });

  it('knows what a channel or a model lacks', () => {
    expect([1, 2, 3].map((channel) => two?.has('mode', channel))).to.deep.equal([true, false, false]);
    expect(two?.has('mode', undefined)).to.equal(true);
    expect([two?.has('tracking', undefined), three?.has('tracking', undefined)]).to.deep.equal([true, false]);
    expect(two?.has('tracking', 1)).to.equal(false);
    expect(two?.has('nothing', 1)).to.equal(false);
  });

  it('takes limits from the parameter, then the model, then the channel', () => {
    expect(two?.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 0, maximum: 30 });
    expect(three?.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 1, maximum: 12 });
    expect(three?.limits('voltageSetpoint', 2)).to.deep.equal({ minimum: 1, maximum: 30 });
    expect(two?.limits('voltage', 1)).to.equal(undefined);
  });

  it('has a label where there is one', () => {
    expect([two?.labelOf(1), two?.labelOf(2)]).to.deep.equal([undefined, 'small']);
  });
});
