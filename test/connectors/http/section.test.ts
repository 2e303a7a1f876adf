import { expect } from 'chai';
import { isRootOwned, isUnder } from '../../../connectors/http/section.js';

describe('a path', () => {
  for (const [path, under, isIt] of [
    ['/busbar/api', '/busbar/api', true],
    ['/busbar/api/x', '/busbar/api', true],
    ['/busbar/apix', '/busbar/api', false],
    ['/busbar', '/busbar/api', false],
    ['/anything', '/', true],
    ['/', '/', true],
    ['/busbarx', '/', true],
    ['/busbar', '/', false],
    ['/busbar/x', '/', false],
  ] as const) {
    it(`${path} is ${isIt ? '' : 'not '}under ${under}`, () => {
      expect(isUnder(path, under)).to.equal(isIt);
    });
  }
});

describe('the root of a port', () => {
  const section = (under: string) => ({
    name: under,
    register: () => undefined,
    missing: { under, answer: () => undefined },
  });

  it('is owned by a section that answers for it, and by none else', () => {
    expect(isRootOwned([section('/busbar/api'), { name: 'x', register: () => undefined }])).to.be.false;
    expect(isRootOwned([section('/busbar/api'), section('/')])).to.be.true;
  });
});
