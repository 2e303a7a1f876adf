import { expect } from 'chai';
import { ByteReader } from '../../../core/wire/byte-reader.js';
import { ByteWriter } from '../../../core/wire/byte-writer.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { slabAllocator } from '../../../core/wire/slab.js';
import { toHex } from './vectors.js';

describe('joinBytes', () => {
  it('copies the parts behind each other', () => {
    expect(toHex(joinBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]))).to.equal('010203');
  });
});

describe('ByteWriter', () => {
  it('writes big-endian and grows', () => {
    const writer = new ByteWriter();
    writer.bytes(new Uint8Array(1000));
    writer.u8(1);
    writer.u16(0x0203);
    writer.u32(-2);
    writer.u64(-3n);
    writer.f64(2.5);
    expect(toHex(writer.written.subarray(1000))).to.equal('010203fffffffefffffffffffffffd4004000000000000');
  });
});

describe('ByteReader', () => {
  it('reads what the writer wrote', () => {
    const writer = new ByteWriter();
    writer.u8(1);
    writer.u16(2);
    writer.u32(3);
    writer.u32(-4);
    writer.u64(5n);
    writer.u64(-6n);
    writer.f64(7.5);
    writer.bytes(Uint8Array.of(8, 9));
    const reader = new ByteReader(writer.written);
    expect([reader.u8(), reader.u16(), reader.u32(), reader.i32()]).to.deep.equal([1, 2, 3, -4]);
    expect([reader.u64(), reader.i64(), reader.f64()]).to.deep.equal([5n, -6n, 7.5]);
    expect(toHex(reader.bytes(1))).to.equal('08');
    expect(toHex(reader.rest)).to.equal('09');
  });

  it('refuses to read beyond the end', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    reader.u16();
    expect(() => reader.u16()).to.throw(RangeError, 'ends at byte 3, 2 bytes wanted at 2');
  });
});

describe('slabAllocator', () => {
  it('hands out memory that no one else has', () => {
    const allocate = slabAllocator();
    const pieces = Array.from({ length: 100 }, (_, index) => allocate(100).fill(index));
    pieces.forEach((piece, index) => expect(piece).to.deep.equal(new Uint8Array(100).fill(index)));
  });

  it('gives a large piece memory of its own', () => {
    expect(slabAllocator()(1000).buffer.byteLength).to.equal(1000);
  });
});
