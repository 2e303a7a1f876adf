import { expect } from 'chai';
import fc from 'fast-check';
import { textFrame } from '../../../connectors/transports/ws-frame.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** RFC 6455, 5.2, read the other way: the whole text of one unmasked frame. */
const readFrame = (bytes: Uint8Array): string => {
  const view = Buffer.from(bytes);
  const short = view.readUInt8(1);
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length = header === 2 ? short : header === 4 ? view.readUInt16BE(2) : Number(view.readBigUInt64BE(2));
  expect(view.length).to.equal(header + length);
  return view.subarray(header).toString();
};

describe('a WebSocket text frame of a server', () => {
  const vectors: readonly (readonly [text: string, bytes: string])[] = [
    ['', '8100'],
    ['Hello', '810548656c6c6f'], // RFC 6455, 5.7
    ['µ', '8102c2b5'],
    ['\u{1f50c}', '8104f09f948c'],
  ];
  for (const [text, bytes] of vectors)
    it(`around "${text}" is ${bytes}`, () => {
      expect(hex(textFrame(text))).to.equal(bytes);
    });

  const headers: readonly (readonly [length: number, header: string])[] = [
    [125, '817d'],
    [126, '817e007e'],
    [127, '817e007f'],
    [65_535, '817effff'],
    [65_536, '817f0000000000010000'],
    [1_000_000, '817f00000000000f4240'],
  ];
  for (const [length, header] of headers)
    it(`of ${length} bytes begins with ${header}`, () => {
      const frame = textFrame('a'.repeat(length));
      expect(hex(frame.subarray(0, header.length / 2))).to.equal(header);
      expect(frame).to.have.length(header.length / 2 + length);
    });

  it('counts bytes, not characters', () => {
    expect(hex(textFrame('é'.repeat(63)).subarray(0, 4))).to.equal('817e007e');
  });

  it('is read back as the text that went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' }), (text) => {
        expect(readFrame(textFrame(text))).to.equal(text);
      }),
    );
  });
});
