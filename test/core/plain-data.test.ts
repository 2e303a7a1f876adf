import { expect } from 'chai';
import fc from 'fast-check';
import { frozenCopy } from '../../core/freeze.js';
import { notPlain } from '../../core/plain-data.js';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('notPlain', () => {
  it('has nothing against anything that JSON can hold', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => notPlain(value) === undefined));
  });

  it('has nothing against a bigint, which stands for a large integer', () => {
    expect(notPlain({ id: 2n ** 63n })).to.equal(undefined);
  });

  class Reading {
    value = 1;
  }
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const [name, value, flaw] of [
    ['undefined', undefined, 'value: undefined is no plain data'],
    ['NaN', Number.NaN, 'value: NaN is no number of JSON'],
    ['infinity in an array', [1, -Infinity], 'value.1: -Infinity is no number of JSON'],
    ['a function', { a: { b: notPlain } }, 'value.a.b: function is no plain data'],
    ['a symbol', Symbol('x'), 'value: symbol is no plain data'],
    ['an Error', { cause: new Error('x') }, 'value.cause: Error is no plain data'],
    ['an instance of a class', new Reading(), 'value: Reading is no plain data'],
    ['bytes', { data: new Uint8Array(1) }, 'value.data: Uint8Array is no plain data'],
    ['a date', new Date(0), 'value: Date is no plain data'],
  ] as const) {
    it(`finds ${name}`, () => {
      expect(notPlain(value)).to.equal(flaw);
    });
  }

  it('ends at a depth of 64, also in a cycle', () => {
    expect(notPlain(nested(64))).to.equal(undefined);
    expect(notPlain(nested(65))).to.contain('nested deeper than 64');
    expect(notPlain(cycle)).to.contain('nested deeper than 64');
  });
});

describe('frozenCopy', () => {
  it('is equal, a copy, and fast in all depths', () => {
    const data = { limits: { minimum: 1 }, names: ['a'] };
    const frozen = frozenCopy(data);
    expect(frozen).to.deep.equal(data);
    expect([frozen, frozen.limits, frozen.names].every(Object.isFrozen)).to.equal(true);
    expect([data, data.limits].some(Object.isFrozen)).to.equal(false);
  });
});
