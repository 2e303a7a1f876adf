import { expect } from 'chai';
import { AllowedMethods } from '../../../connectors/transports/allowed-methods.js';

describe('the methods of a path', () => {
  const allowed = new AllowedMethods();
  allowed.add('/managers', ['GET', 'HEAD']);
  allowed.add('/managers/:manager', 'GET');
  allowed.add('/managers/:manager', 'PUT');
  allowed.add('/managers/:manager/a.b', 'POST');
  allowed.add('/files/*', 'GET');

  for (const [path, isExact, methods] of [
    ['/managers', false, ['GET', 'HEAD']],
    ['/managers/hv', false, ['GET', 'PUT']],
    ['/managers/h%2Fv', false, ['GET', 'PUT']],
    ['/managers/', false, []],
    ['/managers/hv/x', false, []],
    ['/managers/hv/a.b', false, ['POST']],
    ['/managers/hv/aXb', false, []],
    ['/files/', false, ['GET']],
    ['/files/a/b', false, ['GET']],
    ['/files/a/b', true, []],
    ['/nothing', false, []],
  ] as const) {
    it(`at ${path}${isExact ? ', exactly,' : ''} are ${methods.join(', ') || 'none'}`, () => {
      expect(allowed.at(path, isExact)).to.deep.equal(methods);
    });
  }
});
