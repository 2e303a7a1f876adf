import { expect } from 'chai';
import fc from 'fast-check';
import { managerName, parseAddress, topicMatcher } from '../../core/address.js';
import { readingTopic, topicOf } from '../../core/message.js';

describe('parseAddress', () => {
  for (const [text, address] of [
    ['hv/1/voltage', { manager: 'hv', channel: '1', parameter: 'voltage' }],
    ['hv/voltage', { manager: 'hv', parameter: 'voltage' }],
    ['hv', undefined],
    ['', undefined],
    ['hv//voltage', undefined],
    ['hv/1/', undefined],
    ['/1/voltage', undefined],
    ['hv/1/voltage/x', undefined],
  ] as const) {
    it(`reads "${text}" as ${address === undefined ? 'no address' : 'an address'}`, () => {
      expect(parseAddress(text)).to.deep.equal(address);
    });
  }

  it('reads what readingTopic writes', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), name, (manager, channel, parameter) => {
        const where = channel === undefined ? {} : { channel };
        expect(parseAddress(readingTopic(manager, channel, parameter))).to.deep.equal({ manager, ...where, parameter });
      }),
    );
  });
});

describe('a manager name', () => {
  it('begins with a letter and has letters, digits and hyphens', () => {
    const names = ['hv', 'hv-1', 'h', 'HV', '1hv', 'hv_1', 'hv/1', '', '-hv', 'hv\n'];
    expect(names.filter((name) => managerName.test(name))).to.deep.equal(['hv', 'hv-1', 'h']);
  });
});

describe('topicMatcher', () => {
  const topics = ['hv/1/voltage', 'hv/10/voltage', 'hv/1/voltageSetpoint', 'hv/pressure', 'hv/$event', 'psu/1/voltage'];
  for (const [patterns, matching] of [
    [['hv/1/voltage'], ['hv/1/voltage']],
    [['hv/*/voltage'], ['hv/1/voltage', 'hv/10/voltage']],
    [['hv/1/*'], ['hv/1/voltage', 'hv/1/voltageSetpoint']],
    [['hv/1*/voltage'], ['hv/1/voltage', 'hv/10/voltage']],
    [['*/*/volt*e'], ['hv/1/voltage', 'hv/10/voltage', 'psu/1/voltage']],
    [['hv/*'], ['hv/pressure']],
    [['hv/$event'], ['hv/$event']],
    [['hv/**'], ['hv/1/voltage', 'hv/10/voltage', 'hv/1/voltageSetpoint', 'hv/pressure', 'hv/$event']],
    [['**'], topics],
    [['hv/**/voltage'], ['hv/1/voltage', 'hv/10/voltage']],
    [
      ['hv/pressure', 'psu/**'],
      ['hv/pressure', 'psu/1/voltage'],
    ],
    [['hv'], []],
    [['hv/1'], []],
    [['hv/.*/voltage'], []],
    [[''], []],
    [[], []],
  ] as const) {
    it(`matches ${JSON.stringify(patterns)} with ${matching.length} of ${topics.length} topics`, () => {
      expect(topics.filter(topicMatcher(patterns))).to.deep.equal(matching);
    });
  }

  it('does as a slow and simple matcher does', () => {
    const part = fc.stringMatching(/^[ab*]{0,5}$/);
    fc.assert(
      fc.property(part, fc.stringMatching(/^[ab]{1,6}$/), (pattern, text) => {
        fc.pre(pattern !== '**');
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(topicMatcher([`hv/${pattern}`])(`hv/${text}`)).to.equal(expression.test(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is quick for a pattern that is meant to be slow', () => {
    const matches = topicMatcher([`hv/${'*a'.repeat(200)}b`]);
    const startedAt = performance.now();
    expect(matches(`hv/${'a'.repeat(4_000)}`)).to.equal(false);
    expect(performance.now() - startedAt).to.be.below(200);
  });
});

describe('topicOf', () => {
  it('keeps the names of messages apart from those of parameters', () => {
    expect(topicOf('hv', { type: 'event', event: 'busy', details: {} })).to.equal('hv/$event');
  });
});
