import { expect } from 'chai';
import fc from 'fast-check';
import { refusingHttp } from '../../../connectors/envelope-tcp/refuse-http.js';
import { envelopeDecoder } from '../../../core/wire/envelope-decoder.js';
import { envelopeLimits } from '../../../core/wire/envelope.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { anyCutting, cut } from '../../core/wire/arbitraries.js';
import { envelopeVector } from '../../core/wire/vectors.js';

const plain = envelopeDecoder(envelopeLimits);
const command = envelopeVector('C');
const refusal = { type: 'bad', problem: 'this port speaks Envelopes, not HTTP', isFatal: true };

const read = (pieces: readonly Uint8Array[], decode = refusingHttp(plain)) => {
  const reader = new FrameReader({ decode });
  return pieces.flatMap((piece) => reader.feed(piece));
};

const request = (method: string): Uint8Array =>
  Buffer.concat([Buffer.from(`${method} / HTTP/1.1\r\nHost: 127.0.0.1:5555\r\n\r\n`), command]);

describe('refusingHttp', () => {
  for (const method of ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'CONNECT', 'TRACE']) {
    it(`refuses ${method} for good, however it is cut, and never reads the body`, () => {
      fc.assert(
        fc.property(anyCutting, (lengths) => {
          expect(read(cut(request(method), lengths))).to.deep.equal([refusal]);
        }),
        { numRuns: 30 },
      );
    });
  }

  it('refuses a request that arrives byte by byte', () => {
    expect(read([...request('POST')].map((byte) => Uint8Array.of(byte)))).to.deep.equal([refusal]);
  });

  it('lets other rubbish be rubbish', () => {
    for (const rubbish of ['junk', 'GETTING', 'POSTER ', 'get /', 'P', ' GET /']) {
      const pieces = [Buffer.from(rubbish), command];
      expect(read(pieces).map(({ type }) => type)).to.deep.equal(['bad', 'envelope']);
    }
  });

  it('looks at the beginning of a stream alone', () => {
    expect(read([command, request('POST'), command]).map(({ type }) => type)).to.deep.equal([
      'envelope',
      'bad',
      'envelope',
      'envelope',
    ]);
  });

  it('changes nothing for any other stream, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(command), fc.uint8Array())), anyCutting, (parts, lengths) => {
        const pieces = cut(Buffer.concat(parts), lengths);
        expect(read(pieces)).to.deep.equal(read(pieces, plain));
      }),
    );
  });
});
