import { expect } from 'chai';
import { isFresh, patienceOf, topicsOf, type Query } from '../../../connectors/rest/query.js';
import { HardwareError } from '../../../core/errors.js';

const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof HardwareError) return `${thrown.problem.code}: ${thrown.problem.message}`;
  }
  return 'none';
};

describe('?fresh', () => {
  for (const [query, fresh] of [
    [{}, false],
    [{ fresh: 'false' }, false],
    [{ fresh: 'true' }, true],
    [{ fresh: '' }, true],
  ] as const) {
    it(`${JSON.stringify(query)} is ${fresh}`, () => {
      expect(isFresh(query)).to.equal(fresh);
    });
  }

  for (const fresh of ['1', 'TRUE', ['true', 'true']]) {
    it(`${JSON.stringify(fresh)} is refused`, () => {
      expect(refusal(() => isFresh({ fresh }))).to.match(/^BAD_ARGUMENT: fresh is true or false, not /);
    });
  }
});

describe('?topics', () => {
  for (const [query, topics] of [
    [{}, ['**']],
    [{ topics: 'hv/**' }, ['hv/**']],
    [{ topics: 'hv/*, gun/x,,' }, ['hv/*', 'gun/x']],
    [{ topics: ['hv/*', 'gun/x,gun/y'] }, ['hv/*', 'gun/x', 'gun/y']],
  ] as readonly (readonly [Query, readonly string[]])[]) {
    it(`${JSON.stringify(query)} are ${topics.join(' and ')}`, () => {
      expect(topicsOf(query)).to.deep.equal(topics);
    });
  }

  it('are 64 at most, 256 characters each, and not none', () => {
    expect(refusal(() => topicsOf({ topics: 'a,'.repeat(65) }))).to.contain('65 patterns; 1 to 64');
    expect(refusal(() => topicsOf({ topics: '' }))).to.contain('0 patterns');
    expect(refusal(() => topicsOf({ topics: 'x'.repeat(257) }))).to.contain('257 characters; the limit is 256');
    expect(topicsOf({ topics: 'a,'.repeat(64) })).to.have.length(64);
  });
});

describe('?timeoutMs and ?validUntilMs', () => {
  it('are numbers, or absent', () => {
    expect(patienceOf({})).to.deep.equal({});
    expect(patienceOf({ timeoutMs: '500', validUntilMs: '1768478400000.5' })).to.deep.equal({
      timeoutMs: 500,
      validUntilMs: 1_768_478_400_000.5,
    });
  });

  for (const timeoutMs of ['0', '-1', '1e3', ' 5', '', 'NaN', '3600001', ['5', '6'], '9'.repeat(400)]) {
    it(`are refused when they are ${JSON.stringify(timeoutMs).slice(0, 20)}`, () => {
      expect(refusal(() => patienceOf({ timeoutMs }))).to.match(
        /^BAD_ARGUMENT: timeoutMs is a number from 1 to 3600000, not .{1,64}$/,
      );
    });
  }
});
