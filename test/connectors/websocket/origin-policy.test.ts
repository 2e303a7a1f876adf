import { expect } from 'chai';
import { refuseOrigin, type OriginHeaders } from '../../../connectors/transports/origin-policy.js';

const policy = { allowedOrigins: ['https://lab.example.org', 'null'], allowedHosts: ['hv.example.org'] };
const strict = { allowedOrigins: [], allowedHosts: [] };

describe('the origin of a WebSocket', () => {
  const passing: readonly (readonly [title: string, headers: OriginHeaders])[] = [
    ['a program, which sends none', { host: '127.0.0.1:8080' }],
    ['a program, whatever name it used', { host: 'anything.example.org:8080' }],
    ['a page of this address', { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' }],
    ['a page of this address, IPv6', { origin: 'http://[::1]:8080', host: '[::1]:8080' }],
    ['a page of localhost', { origin: 'http://localhost:8080', host: 'localhost:8080' }],
    ['a page of this computer by its name alone', { origin: 'http://labpc:8080', host: 'LabPC:8080' }],
    ['a page of a .local name', { origin: 'http://labpc.local', host: 'labpc.local' }],
    ['a page behind TLS, with the port that is not written', { origin: 'https://labpc', host: 'labpc:443' }],
    ['a page of a name of the config', { origin: 'http://hv.example.org:8080', host: 'hv.example.org:8080' }],
    ['a page of an origin of the config', { origin: 'https://lab.example.org', host: '127.0.0.1:8080' }],
    ['a page from a file, if the config says so', { origin: 'null', host: '127.0.0.1:8080' }],
  ];
  for (const [title, headers] of passing)
    it(`lets ${title} pass`, () => {
      expect(refuseOrigin(headers, policy)).to.equal(undefined);
    });

  const refused: readonly (readonly [title: string, headers: OriginHeaders])[] = [
    ['a foreign page', { origin: 'http://evil.example', host: '127.0.0.1:8080' }],
    ['a page of another port of this computer', { origin: 'http://127.0.0.1:9000', host: '127.0.0.1:8080' }],
    ['a page whose name only begins like ours', { origin: 'http://127.0.0.1.evil.example', host: '127.0.0.1' }],
    ['a page from a file', { origin: 'null', host: '127.0.0.1:8080' }],
    [
      'a foreign name that points here (DNS rebinding)',
      { origin: 'http://evil.example:8080', host: 'evil.example:8080' },
    ],
    ['a page that came with no Host', { origin: 'http://127.0.0.1:8080' }],
    ['an origin that is none', { origin: 'nonsense', host: '127.0.0.1:8080' }],
  ];
  for (const [title, headers] of refused)
    it(`refuses ${title}`, () => {
      expect(refuseOrigin(headers, strict)).to.match(/allowedOrigins|allowedHosts/);
    });

  it('shows no more than the beginning of a long one', () => {
    expect(refuseOrigin({ origin: 'x'.repeat(10_000), host: 'y'.repeat(10_000) }, strict)?.length).to.be.below(500);
  });
});
