import { expect } from 'chai';
import { hashOf, routeOf } from '../../web-debug/route.js';

describe('the address of a view', () => {
  for (const hash of ['#/overview', '#/messages', '#/connections', '#/manager/hv-1']) {
    it(`leads back to ${hash}`, () => {
      expect(hashOf(routeOf(hash))).to.equal(hash);
    });
  }

  it('is the overview when it makes no sense', () => {
    expect(routeOf('#nonsense')).to.deep.equal({ view: 'overview' });
  });
});
