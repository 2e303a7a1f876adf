import { expect } from 'chai';
import { plainHead, wantsWebSocket } from '../../../connectors/transports/declined-upgrade.js';

describe('an offer of another protocol', () => {
  for (const [upgrade, wanted] of [
    ['websocket', true],
    ['WebSocket', true],
    ['h2c, websocket', true],
    ['h2c', false],
    ['websockets', false],
    ['', false],
    [undefined, false],
  ] as const) {
    it(`${upgrade ?? '(none)'} is ${wanted ? '' : 'not '}that of a WebSocket`, () => {
      expect(wantsWebSocket({ headers: upgrade === undefined ? {} : { upgrade } })).to.equal(wanted);
    });
  }

  it('is left out when the request is read again, and nothing else is', () => {
    const rawHeaders = ['Host', 'x', 'UPGRADE', 'h2c', 'Connection', 'Upgrade, HTTP2-Settings', 'HTTP2-Settings', 'AA'];
    const request = { method: 'PUT', url: '/a?b=1', httpVersion: '1.1', rawHeaders: [...rawHeaders, 'X-Name', 'é'] };
    expect(plainHead(request)).to.equal('PUT /a?b=1 HTTP/1.1\r\nHost: x\r\nX-Name: é\r\n\r\n');
  });
});
