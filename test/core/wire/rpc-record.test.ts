import { expect } from 'chai';
import fc from 'fast-check';
import { joinBytes } from '../../../core/wire/bytes.js';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { encodeRecord, recordDecoder, type RpcRecord } from '../../../core/wire/rpc-record.js';
import { anyCutting, cut } from './arbitraries.js';
import { fromHex, toHex } from './vectors.js';

const LIMIT = 200;

const readerOf = (maxBytes = LIMIT): FrameReader<RpcRecord> => new FrameReader({ decode: recordDecoder(maxBytes) });

const read = (pieces: readonly Uint8Array[], reader = readerOf()): readonly string[] =>
  pieces
    .flatMap((piece) => reader.feed(piece))
    .map((frame) => (frame.type === 'bad' ? frame.problem : toHex(frame.bytes)));

/** A message in fragments of these lengths, the last one what is left. */
const inFragments = (message: Uint8Array, lengths: readonly number[]): Uint8Array => {
  const parts = cut(message, lengths);
  return joinBytes(
    parts.map((part, index) => {
      const record = encodeRecord(part);
      if (index < parts.length - 1) record[0] = (record[0] ?? 0) & 0x7f;
      return record;
    }),
  );
};

describe('recordDecoder', () => {
  it('joins fragments until the last', () => {
    expect(read([fromHex('000000024142' + '00000000' + '0000000143' + '80000001' + '44')])).to.deep.equal(['41424344']);
  });

  it('gives several records of one chunk', () => {
    expect(read([fromHex('8000000141' + '80000000' + '8000000142')])).to.deep.equal(['41', '', '42']);
  });

  it('takes a record at the limit and refuses the next byte, by its mark alone', () => {
    expect(read([encodeRecord(new Uint8Array(LIMIT))])).to.have.length(1);
    expect(read([fromHex('800000c9')])).to.deep.equal(['an RPC record of 201 bytes or more, at most 200']);
    expect(read([fromHex('000000640' + '0'.repeat(199) + '80000065')])).to.deep.equal([
      'an RPC record of 201 bytes or more, at most 200',
    ]);
  });

  it('tells once that a browser is not what it expects, and hears no more', () => {
    const reader = readerOf();
    const request = new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n');
    expect(reader.feed(request)).to.deep.equal([
      { type: 'bad', problem: 'an RPC record of 1195725856 bytes or more, at most 200', isFatal: true },
    ]);
    expect(reader.feed(request)).to.deep.equal([]);
  });

  it('refuses a record of countless fragments', () => {
    const reader = readerOf(65_536);
    const dribble = fromHex('0000000141'.repeat(4097));
    expect(reader.feed(dribble)).to.have.nested.property('[0].problem', 'an RPC record of more than 4096 fragments');
  });

  it('copies a record of 1 MiB in pieces once', () => {
    const record = encodeRecord(new Uint8Array(2 ** 20));
    const reader = readerOf(2 ** 20);
    for (let at = 0; at < record.length; at += 1500) reader.feed(record.subarray(at, at + 1500));
    expect(reader.copiedBytes).to.be.below(5 * record.length);
  });

  it('gives what was encoded, in whatever fragments', () => {
    const anyMessage = fc.tuple(fc.uint8Array({ maxLength: LIMIT }), anyCutting);
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 4 }), (messages) => {
        const stream = joinBytes(messages.map(([message, lengths]) => inFragments(message, lengths)));
        expect(read([stream])).to.deep.equal(messages.map(([message]) => toHex(message)));
      }),
    );
  });

  it('gives the same records however the bytes are cut', () => {
    const anyPart = fc.oneof(
      fc.uint8Array({ maxLength: LIMIT }).map(encodeRecord),
      fc
        .tuple(fc.uint8Array({ maxLength: LIMIT }), anyCutting)
        .map(([message, lengths]) => inFragments(message, lengths)),
      fc.uint8Array({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 6 }).map(joinBytes), anyCutting, (bytes, lengths) => {
        expect(read(cut(bytes, lengths))).to.deep.equal(read([bytes]));
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, and holds no more than one record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const reader = readerOf();
        reader.feed(bytes);
        expect(reader.pendingBytes).to.be.at.most(LIMIT + 4);
      }),
    );
  });
});
