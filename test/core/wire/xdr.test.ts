import { expect } from 'chai';
import fc from 'fast-check';
import { bool, byte, decodeXdr, encodeXdr, i32, list, opaque, struct, text, u32 } from '../../../core/wire/xdr.js';
import { fromHex, toHex } from './vectors.js';

const sample = struct({ a: u32, b: i32, c: bool, d: byte, e: opaque(100), f: text(40), g: list(u32, 8) });
const samples = fc.record({
  a: fc.nat(0xffff_ffff),
  b: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  c: fc.boolean(),
  d: fc.nat(255),
  e: fc.uint8Array({ maxLength: 100 }),
  f: fc.string({ maxLength: 40, unit: fc.nat(255).map((code) => String.fromCharCode(code)) }),
  g: fc.array(fc.nat(0xffff_ffff), { maxLength: 8 }),
});

const problem = (decoded: ReturnType<typeof decodeXdr>): string => (decoded.type === 'bad' ? decoded.problem : 'none');

describe('XDR', () => {
  it('gives what was written', () => {
    fc.assert(
      fc.property(samples, (value) => {
        const bytes = encodeXdr(sample, value);
        expect(bytes.length % 4).to.equal(0);
        expect(decodeXdr(sample, bytes)).to.deep.equal({ type: 'value', value });
      }),
    );
  });

  it('tells of each message that ends early', () => {
    const bytes = encodeXdr(sample, { a: 1, b: -1, c: true, d: 7, e: Uint8Array.of(1), f: 'inst0', g: [1, 2] });
    for (let size = 0; size < bytes.length; size += 1) {
      expect(decodeXdr(sample, bytes.subarray(0, size)).type, `${size} bytes`).to.equal('bad');
    }
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeXdr(sample, bytes)));
  });

  it('fills bytes up to whole words', () => {
    const filled = [0, 1, 2, 3, 4].map((size) => toHex(encodeXdr(opaque(), new Uint8Array(size).fill(0xff))));
    expect(filled).to.deep.equal([
      '00000000',
      '00000001ff000000',
      '00000002ffff0000',
      '00000003ffffff00',
      '00000004ffffffff',
    ]);
  });

  it('forgives a last field that is not filled up', () => {
    const decoded = decodeXdr(opaque(), fromHex('0000000541424344' + '45'));
    expect(decoded.type === 'value' && toHex(decoded.value)).to.equal('4142434445');
  });

  it('reserves nothing for a length that is declared only', () => {
    expect(problem(decodeXdr(opaque(), fromHex('ffffffff00')))).to.equal(
      'ends at byte 5, 4294967295 bytes wanted at 4',
    );
  });

  it('refuses text over its limit', () => {
    expect(problem(decodeXdr(text(3), fromHex('0000000461626364')))).to.equal('4 bytes are over the limit of 3 bytes');
  });

  it('refuses a list without an end', () => {
    const endless = fromHex('0000000100000000'.repeat(9));
    expect(problem(decodeXdr(list(u32, 8), endless))).to.equal('a list of more than 8 items');
  });
});
