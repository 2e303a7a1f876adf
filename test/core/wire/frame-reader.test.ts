import { expect } from 'chai';
import type { Decode } from '../../../core/codec.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';

/** A frame is a length byte and so many bytes; it decodes to those bytes as text. */
const decodeCounted: Decode<string> = (bytes) => {
  const frames: string[] = [];
  let at = 0;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return { frames, rest: bytes.subarray(at) };
    if (at + 1 + length > bytes.length) return { frames, rest: bytes.subarray(at), need: 1 + length };
    frames.push(Buffer.from(bytes.subarray(at + 1, at + 1 + length)).toString());
    at += 1 + length;
  }
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('FrameReader', () => {
  let decoded: Uint8Array[];
  let reader: FrameReader<string>;

  beforeEach(() => {
    decoded = [];
    reader = new FrameReader({
      decode: (chunk) => {
        decoded.push(chunk);
        return decodeCounted(chunk);
      },
    });
  });

  it('decodes a chunk as it came when nothing is pending', () => {
    const chunk = bytes('\x01a\x02bc');
    expect(reader.feed(chunk)).to.deep.equal(['a', 'bc']);
    expect(decoded).to.have.length(1);
    expect(decoded[0]).to.equal(chunk);
    expect(reader.copiedBytes).to.equal(0);
  });

  it('puts the rest before the next chunk', () => {
    expect(reader.feed(bytes('\x01a\x02b'))).to.deep.equal(['a']);
    expect(reader.pendingBytes).to.equal(2);
    expect(reader.feed(bytes('c\x01d'))).to.deep.equal(['bc', 'd']);
    expect(reader.pendingBytes).to.equal(0);
  });

  it('does not decode again before there is what the frame needs', () => {
    reader.feed(bytes('\x05'));
    for (const letter of 'abcd') expect(reader.feed(bytes(letter))).to.deep.equal([]);
    expect(decoded).to.have.length(1);
    expect(reader.feed(bytes('e'))).to.deep.equal(['abcde']);
  });

  it('takes an empty chunk for nothing', () => {
    expect(reader.feed(new Uint8Array(0))).to.deep.equal([]);
    expect(decoded).to.be.empty;
  });

  it('goes on with the decoder that the last one handed over to', () => {
    const upper: Decode<string> = (chunk) => ({ frames: [Buffer.from(chunk).toString().toUpperCase()], rest: none });
    const none = new Uint8Array(0);
    const switching = new FrameReader<string>({ decode: () => ({ frames: [], rest: none, next: upper }) });
    expect(switching.feed(bytes('a'))).to.deep.equal([]);
    expect(switching.feed(bytes('b'))).to.deep.equal(['B']);
    expect(switching.feed(bytes('c'))).to.deep.equal(['C']);
  });
});
