import { expect } from 'chai';
import fc from 'fast-check';
import { ChunkList } from '../../../core/wire/chunks.js';

describe('ChunkList', () => {
  let list: ChunkList;

  beforeEach(() => {
    list = new ChunkList();
  });

  it('gives nothing when nothing came', () => {
    expect(list.take()).to.have.length(0);
  });

  it('gives a single large chunk without copying it', () => {
    const chunk = new Uint8Array(65536);
    list.push(chunk);
    expect(list.take()).to.equal(chunk);
    expect(list.copiedBytes).to.equal(0);
  });

  it('joins large chunks once', () => {
    for (let count = 0; count < 512; count++) list.push(new Uint8Array(65536));
    expect(list.take()).to.have.length(2 ** 25);
    expect(list.copiedBytes).to.equal(2 ** 25);
  });

  it('does not keep the memory alive that a few bytes are a view into', () => {
    list.push(new Uint8Array(65536).subarray(0, 10));
    expect(list.take().buffer.byteLength).to.equal(10);
  });

  it('copies small pieces together as they come', () => {
    for (let count = 0; count < 1000; count++) list.push(Uint8Array.of(count));
    const { copiedBytes } = list;
    list.take();
    expect(list.copiedBytes).to.equal(copiedBytes);
  });

  it('copies at most 4 KiB for each byte that comes alone', () => {
    for (let count = 0; count < 10_000; count++) list.push(Uint8Array.of(count));
    expect(list.copiedBytes).to.be.below(10_000 * 4096);
  });

  it('is empty after it was taken', () => {
    list.push(Uint8Array.of(1));
    list.take();
    expect(list.byteLength).to.equal(0);
    expect(list.take()).to.have.length(0);
  });

  it('gives the bytes in the order in which they came', () => {
    const anyChunks = fc.array(fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 4090, maxLength: 4100 })));
    fc.assert(
      fc.property(anyChunks, (chunks) => {
        const fresh = new ChunkList();
        for (const chunk of chunks) fresh.push(chunk);
        const expected = Buffer.concat(chunks);
        expect(fresh.byteLength).to.equal(expected.length);
        expect(Buffer.compare(fresh.take(), expected)).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });
});
