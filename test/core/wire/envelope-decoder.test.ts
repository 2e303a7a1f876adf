import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../../core/random.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { encodeEnvelope } from '../../../core/wire/encode-envelope.js';
import { envelopeCodec } from '../../../core/wire/envelope-codec.js';
import { envelopeDecoder } from '../../../core/wire/envelope-decoder.js';
import { envelopeLimits, type Envelope } from '../../../core/wire/envelope.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { anyCutting, cut } from './arbitraries.js';
import { envelopeVector, envelopeVectors, fromHex, shown, type ShownFrame } from './vectors.js';

const limits = { maxMetaBytes: 200, maxDataBytes: 300, maxDepth: 8 };
const command = envelopeVector('C');

const readPieces = (pieces: readonly Uint8Array[]): readonly ShownFrame[] => {
  const reader = new FrameReader(envelopeCodec(limits));
  return pieces.flatMap((piece) => shown(reader.feed(piece)));
};

const summary = (frames: readonly ShownFrame[]): readonly string[] =>
  frames.map((frame) => (frame.type === 'bad' ? frame.problem : 'envelope'));

const read = (...parts: readonly Uint8Array[]): readonly string[] => summary(readPieces([joinBytes(parts)]));

/** A message of an empty meta and data. */
const message = (data: Uint8Array): Uint8Array => encodeEnvelope({ meta: {}, data, timeMs: 0, metaCoding: 'json' });

const text = (characters: string): Uint8Array => new TextEncoder().encode(characters);

/** A message of undecoded meta and no data. */
const withMeta = (meta: Uint8Array): Uint8Array => {
  const bytes = joinBytes([message(new Uint8Array(0)).subarray(0, 30), meta]);
  new DataView(bytes.buffer).setUint32(14, meta.length);
  return bytes;
};

describe('envelopeDecoder', () => {
  let reader: FrameReader<Envelope>;

  beforeEach(() => {
    reader = new FrameReader(envelopeCodec(limits));
  });

  describe('over a limit', () => {
    it('takes what is exactly at the limit', () => {
      const padded = withMeta(text('{}'.padEnd(200)));
      expect(read(message(new Uint8Array(300)), padded)).to.deep.equal(['envelope', 'envelope']);
    });

    it('skips by count what is a little too large, also the messages inside', () => {
      const inside = joinBytes([command, command, command, command]);
      expect(read(message(inside), command)).to.deep.equal([
        'data of 396 bytes is over the limit of 300 bytes',
        'envelope',
      ]);
    });

    it('tells at the header and holds nothing of what it skips', () => {
      const oversize = message(joinBytes([...Array<Uint8Array>(12).fill(command), new Uint8Array(12)]));
      expect(reader.feed(oversize.subarray(0, 30))).to.have.length(1);
      for (let at = 30; at < oversize.length; at += 10) {
        expect(reader.feed(oversize.subarray(at, at + 10))).to.be.empty;
        expect(reader.pendingBytes).to.equal(0);
      }
      expect(reader.feed(command)).to.have.length(1);
    });

    it('does not believe more than four times the limit: the next message is read at once', () => {
      expect(read(message(new Uint8Array(1201)).subarray(0, 30), command)).to.deep.equal([
        'data of 1201 bytes is over the limit of 300 bytes',
        'envelope',
      ]);
    });
  });

  describe('rubbish', () => {
    it('is told as soon as it is seen', () => {
      expect(reader.feed(text('j'))).to.deep.equal([{ type: 'bad', problem: 'no Envelope begins with the byte 0x6a' }]);
    });

    it('is told once, however long it goes on', () => {
      const frames = [text('ju'), text('nk #! and #~ more #'), text('x'), text('#'), text('!'), new Uint8Array(50)].map(
        (piece) => reader.feed(piece).length,
      );
      expect(frames).to.deep.equal([1, 0, 0, 0, 0, 0]);
    });

    it('is told again behind a good message', () => {
      const junk = 'no Envelope begins with the byte 0x20';
      expect(read(text('   '), command, text('   '), command)).to.deep.equal([junk, 'envelope', junk, 'envelope']);
    });

    it('is not kept', () => {
      const random = seededRandom(1);
      const noise = new Uint8Array(2 ** 16);
      for (let round = 0; round < 16; round++) {
        noise.forEach((_, index) => (noise[index] = 256 * random()));
        reader.feed(noise.slice());
        expect(reader.pendingBytes).to.be.below(30 + 200 + 300);
      }
    });
  });

  describe('undecodable meta', () => {
    it('is told, and the message is consumed whole', () => {
      const [problem, ...others] = read(withMeta(text('{"a": 1')), command);
      expect(problem).to.match(/^meta is not JSON: /);
      expect(others).to.deep.equal(['envelope']);
    });

    it('may be invalid UTF-8', () => {
      const [problem] = read(withMeta(Uint8Array.of(0x22, 0xff, 0x22)));
      expect(problem).to.match(/^meta is not JSON: .*utf-8/i);
    });

    it('may be nested too deep', () => {
      expect(read(withMeta(text('['.repeat(9) + ']'.repeat(9))))).to.deep.equal([
        'meta is not JSON: nested deeper than 8',
      ]);
    });

    it('may be nested 10^6 deep', () => {
      const generous = new FrameReader(envelopeCodec({ ...limits, maxMetaBytes: 2 ** 21 }));
      const frames = generous.feed(withMeta(text('['.repeat(1e6) + ']'.repeat(1e6))));
      expect(frames).to.deep.equal([{ type: 'bad', problem: 'meta is not JSON: nested deeper than 8' }]);
    });
  });

  it('copies a message of 32 MiB in pieces of 64 KiB once', () => {
    const large = message(new Uint8Array(2 ** 25));
    const generous = new FrameReader(envelopeCodec());
    let frames = 0;
    for (let at = 0; at < large.length; at += 65536) frames += generous.feed(large.subarray(at, at + 65536)).length;
    expect(frames).to.equal(1);
    expect(generous.copiedBytes).to.be.below(1.01 * large.length);
  });

  describe('without keeping data', () => {
    const decode = envelopeDecoder(envelopeLimits, { keepsData: false });

    it('holds nothing of data of 32 MiB, and gives the Envelope when they have passed', () => {
      const large = message(new Uint8Array(2 ** 25));
      const forgetful = new FrameReader({ decode });
      for (let at = 0; at + 65536 < large.length; at += 65536) {
        expect(forgetful.feed(large.subarray(at, at + 65536))).to.be.empty;
        expect(forgetful.pendingBytes).to.equal(0);
      }
      const last = large.subarray(large.length - (large.length % 65536));
      expect(forgetful.feed(joinBytes([last, command]))).to.have.nested.property('[0].data.length', 0);
      expect(forgetful.copiedBytes).to.equal(0);
    });

    it('waits for no more than the meta', () => {
      const forgetful = new FrameReader({ decode });
      for (const byte of message(new Uint8Array(5000)).subarray(0, 4000)) {
        forgetful.feed(Uint8Array.of(byte));
        expect(forgetful.pendingBytes).to.be.below(40);
      }
    });
  });

  describe('with any bytes', () => {
    const anyPart = fc.oneof(
      fc.constantFrom(...envelopeVectors.map(({ hex }) => fromHex(hex))),
      fc.uint8Array({ maxLength: 400 }).map(message),
      fc.nat(2000).map((size) => message(new Uint8Array(size)).subarray(0, 100)),
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('#', '#!', '#~', '#~DF02', '#~DF0x', '!#\r\n', `#!${'\0'.repeat(24)}!#`).map(text),
    );
    const anyStream = fc.array(anyPart, { maxLength: 12 }).map(joinBytes);

    it('gives the same frames however they are cut', () => {
      fc.assert(
        fc.property(anyStream, anyCutting, (bytes, lengths) => {
          expect(readPieces(cut(bytes, lengths))).to.deep.equal(readPieces([bytes]));
        }),
        { numRuns: 500 },
      );
    });

    it('gives the same without data, however they are cut, when it keeps none', () => {
      const decode = envelopeDecoder(limits, { keepsData: false });
      const feedAll = (pieces: readonly Uint8Array[]) => {
        const forgetful = new FrameReader({ decode });
        return pieces.flatMap((piece) => forgetful.feed(piece));
      };
      fc.assert(
        fc.property(anyStream, anyCutting, (bytes, lengths) => {
          const whole = new FrameReader(envelopeCodec(limits)).feed(bytes);
          const expected = whole.map((frame) => (frame.type === 'bad' ? frame : { ...frame, data: new Uint8Array(0) }));
          const got = feedAll(cut(bytes, lengths));
          expect(shown(got)).to.deep.equal(shown(expected));
        }),
        { numRuns: 500 },
      );
    });

    it('never throws', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readPieces([bytes])));
    });
  });

  it('reads a good command behind any damage, once all that a believable header declared has passed', () => {
    const random = seededRandom(20260101);
    const pick = (count: number): number => Math.floor(count * random());
    const whole = joinBytes(envelopeVectors.map(({ hex }) => fromHex(hex)));
    // The header of up to four times both limits, and a header's length more.
    const passing = new Uint8Array(30 + 4 * (limits.maxMetaBytes + limits.maxDataBytes) + 30).fill(0x2e);
    for (let round = 0; round < 300; round++) {
      const start = pick(whole.length - 400);
      const damaged = whole.slice(start, start + 400);
      for (let flips = 1 + pick(8); flips > 0; flips--) damaged[pick(400)] = pick(256);
      expect(read(damaged, passing, command).at(-1), `round ${round}`).to.equal('envelope');
    }
  });
});
