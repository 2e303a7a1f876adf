import { expect } from 'chai';
import fc from 'fast-check';
import { encodeEnvelope } from '../../../core/wire/encode-envelope.js';
import { envelopeCodec } from '../../../core/wire/envelope-codec.js';
import type { Envelope } from '../../../core/wire/envelope.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { anyJson, anyJsonObject } from './arbitraries.js';
import { envelopeVector, envelopeVectors, fromHex, shown, toHex } from './vectors.js';

describe('envelopeCodec', () => {
  const codec = envelopeCodec();

  for (const { name, hex, frames, rest = '' } of envelopeVectors) {
    it(`reads: ${name}`, () => {
      const decoded = codec.decode(fromHex(hex));
      expect(shown(decoded.frames)).to.deep.equal(frames);
      expect(toHex(decoded.rest)).to.equal(rest);
    });

    it(`reads byte by byte: ${name}`, () => {
      const reader = new FrameReader(codec);
      const read = Array.from(fromHex(hex), (byte) => reader.feed(Uint8Array.of(byte))).flat();
      expect(shown(read)).to.deep.equal(frames);
      expect(reader.pendingBytes).to.equal(rest.length / 2);
    });
  }

  it('gives data as a view into the received memory', () => {
    const bytes = envelopeVector('P');
    const [frame] = codec.decode(bytes).frames;
    expect(frame?.type === 'envelope' && frame.data.buffer).to.equal(bytes.buffer);
  });

  it('gives what was encoded', () => {
    const anyMeta = fc.oneof(
      fc.record({ metaCoding: fc.constant('json' as const), meta: anyJson }),
      fc.record({ metaCoding: fc.constant('qdatastream' as const), meta: anyJsonObject }),
    );
    const u32 = fc.nat(0xffffffff);
    fc.assert(
      fc.property(anyMeta, fc.uint8Array({ maxLength: 1000 }), u32, u32, (coded, data, dataType, time) => {
        const envelope: Envelope = { type: 'envelope', ...coded, data, dataType, time };
        expect(codec.decode(codec.encode(envelope)).frames).to.deep.equal([envelope]);
      }),
    );
  });
});

describe('encodeEnvelope', () => {
  const timeMs = 1700000000123;

  it('writes vector A', () => {
    const meta = { type: 'answer', answer_type: 'set_voltage', block: '1', status: 'ok' };
    expect(toHex(encodeEnvelope({ meta, timeMs, metaCoding: 'json' }))).to.equal(toHex(envelopeVector('A')));
  });

  it('writes vector T', () => {
    const meta = { type: 'answer', answer_type: 'get_voltage', block: 1, voltage: -0.25 };
    expect(toHex(encodeEnvelope({ meta, timeMs, metaCoding: 'json' }))).to.equal(toHex(envelopeVector('T')));
  });

  it('writes vector P, with data and data type', () => {
    const meta = { type: 'reply', reply_type: 'aquired_point', status: 'ok', binary_size: '21' };
    const data = envelopeVector('P').slice(-21);
    const bytes = encodeEnvelope({ meta, data, dataType: 0x100, timeMs, metaCoding: 'json' });
    expect(toHex(bytes)).to.equal(toHex(envelopeVector('P')));
  });

  it('writes vector Z from data that are deflated already', () => {
    const data = fromHex('789c7374a40c0000107e1041');
    const bytes = encodeEnvelope({ meta: { compression: 'zlib' }, data, timeMs, metaCoding: 'json' });
    expect(toHex(bytes)).to.equal(toHex(envelopeVector('Z')));
  });

  it('writes a QDataStream meta with a line end behind it', () => {
    const bytes = encodeEnvelope({ meta: { block: '1', n: 7, v: 2.5 }, timeMs, metaCoding: 'qdatastream' });
    expect(toHex(bytes)).to.equal(toHex(envelopeVector('QDataStream meta')));
  });

  it('refuses a QDataStream meta that is no object', () => {
    expect(() => encodeEnvelope({ meta: [1], timeMs, metaCoding: 'qdatastream' })).to.throw(RangeError);
  });

  it('refuses NaN, naming the path', () => {
    expect(() => encodeEnvelope({ meta: { voltage: NaN }, timeMs, metaCoding: 'json' })).to.throw(
      RangeError,
      '/voltage is NaN',
    );
  });
});
