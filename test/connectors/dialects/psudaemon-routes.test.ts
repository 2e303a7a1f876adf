import { expect } from 'chai';
import fc from 'fast-check';
import { routeOf, withoutTrailingSlash } from '../../../connectors/dialects/psudaemon-routes.js';

describe('a path of PSUDaemon', () => {
  for (const [method, path, route] of [
    ['GET', '/units', { name: 'units' }],
    ['GET', '/units/psu1', { name: 'unit', unit: 'psu1' }],
    ['GET', '/units/psu%201', { name: 'unit', unit: 'psu 1' }],
    ['GET', '/units/psu1/channels', { name: 'channels', unit: 'psu1' }],
    ['POST', '/units/psu1/channels', { name: 'channel', unit: 'psu1', channel: 'channels' }],
    ['GET', '/units/psu1/2', { name: 'channel', unit: 'psu1', channel: '2' }],
    ['GET', '/monitoring/channels', { name: 'monitoring' }],
    ['POST', '/settings', { name: 'settings' }],
    ['GET', '/docs/oauth2-redirect', { name: 'oauth2-redirect' }],
    ['GET', '/', undefined],
    ['GET', '/units/a%2Fb/c', undefined],
    ['GET', '/units/a%2Fb', undefined],
    ['GET', '/units/psu1%2f1', undefined],
    ['POST', '/units%2Fpsu1/1', undefined],
    ['GET', '/units/psu1/1/x', undefined],
    ['GET', '/units/', undefined],
    ['GET', '/units//1', undefined],
    ['GET', '/Units', undefined],
    ['GET', '/monitoring', undefined],
  ] as const) {
    it(`${method} ${path} leads to ${route?.name ?? 'nothing'}`, () => {
      expect(routeOf(path, method)).to.deep.equal(route);
    });
  }

  for (const [path, shorter] of [
    ['/units/', '/units'],
    ['/units/psu1//', '/units/psu1'],
    ['/monitoring/channels/', '/monitoring/channels'],
    ['/nothing/', undefined],
    ['/', undefined],
    ['/units', undefined],
  ] as const) {
    it(`${path} is led on to ${shorter ?? 'nothing'}`, () => {
      expect(withoutTrailingSlash(path, 'GET')).to.equal(shorter);
    });
  }

  it('is understood or not, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        routeOf(`/units/${path}`, 'GET');
        withoutTrailingSlash(`/${path}/`, 'POST');
      }),
    );
  });
});
