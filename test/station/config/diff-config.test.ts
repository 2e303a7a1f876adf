import { expect } from 'chai';
import { diffParts } from '../../../station/config/diff-config.js';

const part = (options: object) => ({ kind: 'rack', options: { ...options } });

describe('the difference of two configs', () => {
  it('is nothing where nothing changed, whatever the order', () => {
    const before = { a: part({ x: 1, y: [1, 2] }), b: part({}) };
    const after = { b: part({}), a: part({ y: [1, 2], x: 1 }) };
    expect(diffParts(before, after)).to.deep.equal({ added: [], changed: [], removed: [] });
  });

  it('names what came, went and changed', () => {
    const before = { same: part({ x: 1 }), gone: part({}), other: part({ deep: { x: 1 } }) };
    const after = { same: part({ x: 1 }), other: part({ deep: { x: 2 } }), fresh: part({}) };
    expect(diffParts(before, after)).to.deep.equal({ added: ['fresh'], changed: ['other'], removed: ['gone'] });
  });

  it('takes another kind for a change', () => {
    expect(diffParts({ a: part({}) }, { a: { kind: 'psu', options: {} } }).changed).to.deep.equal(['a']);
  });

  it('is not misled by names that every object has', () => {
    expect(diffParts({}, { constructor: part({}) }).added).to.deep.equal(['constructor']);
  });
});
