import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../../core/json-value.js';
import { decodeVariantMap, encodeVariantMap } from '../../../core/wire/qdatastream.js';
import { anyJsonObject } from './arbitraries.js';
import { fromHex, toHex, variantMapVectors } from './vectors.js';

const problem = (hex: string): string => {
  const decoded = decodeVariantMap(fromHex(hex.replaceAll(' ', '')));
  return decoded.type === 'bad' ? decoded.problem : 'none';
};

/** `depth` maps, each in the one before. */
const nested = (depth: number): Json => (depth === 1 ? {} : { a: nested(depth - 1) });

describe('decodeVariantMap', () => {
  for (const { name, hex, value } of variantMapVectors) {
    it(`reads: ${name}`, () => {
      expect(decodeVariantMap(fromHex(hex))).to.deep.equal({ type: 'value', value });
    });
  }

  it('names a type it does not know', () => {
    expect(problem('00000001 00000002 0061 0000000c 00')).to.equal('QVariant type 12 is not known here');
  });

  it('refuses a map that ends early, whatever count it declares', () => {
    expect(problem('ffffffff 00000002 0061 00000001 00 01')).to.equal('ends at byte 16, 4 bytes wanted at 16');
  });

  it('refuses a string of half a unit', () => {
    expect(problem('00000001 00000001 61')).to.equal('a string of 1 bytes is not UTF-16');
  });

  it('refuses numbers that are not finite', () => {
    expect(problem('00000001 00000002 0061 00000006 00 7ff8000000000000')).to.equal('NaN is not a finite number');
  });

  it('refuses bytes behind the map', () => {
    expect(problem('00000000 0d0a 00')).to.equal('1 bytes too many behind the map');
  });

  it('allows 64 levels and refuses the 65th', () => {
    const problemAt = (depth: number): unknown => decodeVariantMap(encodeVariantMap({ a: nested(depth - 1) }));
    expect(problemAt(64)).to.have.property('type', 'value');
    expect(problemAt(65)).to.deep.equal({ type: 'bad', problem: 'nested too deep' });
  });

  it('takes __proto__ for a key like any other', () => {
    const decoded = decodeVariantMap(encodeVariantMap({ ['__proto__']: { isAdmin: true } }));
    expect(decoded.type === 'value' && Object.getPrototypeOf(decoded.value)).to.equal(Object.prototype);
  });

  it('gives what was encoded', () => {
    fc.assert(
      fc.property(anyJsonObject, (map) => {
        expect(decodeVariantMap(encodeVariantMap(map))).to.deep.equal({ type: 'value', value: map });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeVariantMap(bytes)));
  });
});

describe('encodeVariantMap', () => {
  for (const { name, hex, value } of variantMapVectors.filter(({ written }) => written)) {
    it(`writes: ${name}`, () => {
      expect(toHex(encodeVariantMap(value as never))).to.equal(hex);
    });
  }

  it('refuses what Qt cannot hold', () => {
    expect(() => encodeVariantMap({ a: 2n ** 64n })).to.throw(RangeError, 'beyond 64 bits');
    expect(() => encodeVariantMap({ a: NaN })).to.throw(RangeError, 'NaN is not a finite number');
  });
});
