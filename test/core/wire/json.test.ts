import { expect } from 'chai';
import fc from 'fast-check';
import { parseExactly } from '../../../core/wire/json-exact.js';
import { parseJson } from '../../../core/wire/json.js';
import { printJson } from '../../../core/wire/print-json.js';
import { anyJson } from './arbitraries.js';

const value = (text: string): unknown => {
  const parsed = parseJson(text);
  return parsed.type === 'value' ? parsed.value : `refused: ${parsed.problem}`;
};

const isRefused = (text: string): boolean => parseJson(text).type === 'bad';

/** What a parser does with a text: its value, or that it throws. */
const outcome = (parse: (text: string) => unknown, text: string): unknown => {
  try {
    return { value: parse(text) };
  } catch {
    return 'refused';
  }
};

describe('parseJson', () => {
  it('gives 64-bit integers beyond 2^53 as bigint', () => {
    expect(value('[9007199254740993, -9223372036854775808, 18446744073709551615]')).to.deep.equal([
      9007199254740993n,
      -9223372036854775808n,
      18446744073709551615n,
    ]);
  });

  it('gives integers up to 2^53 - 1 as numbers', () => {
    expect(value('[9007199254740991, -9007199254740991]')).to.deep.equal([9007199254740991, -9007199254740991]);
  });

  it('gives integers beyond 64 bits as doubles', () => {
    expect(value('[18446744073709551616, 100000000000000000000000]')).to.deep.equal([2 ** 64, 1e23]);
  });

  it('leaves fractions, exponents and -0 to double precision beside a 64-bit integer', () => {
    expect(value('[9007199254740993, 0.1234567890123456789, 1e16, 12345678901234567890.5, 1e-320, -0]')).to.deep.equal([
      9007199254740993n,
      0.12345678901234568,
      1e16,
      Number('12345678901234567890.5'),
      1e-320,
      -0,
    ]);
  });

  it('leaves digits inside a string alone', () => {
    expect(value('{"1234567890123456789": "1234567890123456789"}')).to.deep.equal({
      '1234567890123456789': '1234567890123456789',
    });
  });

  it('refuses numbers beyond double range, which JSON.parse makes infinite', () => {
    for (const text of ['1e309', '[-1E+400]', `1${'0'.repeat(400)}`]) expect(isRefused(text), text).to.be.true;
  });

  it('refuses text behind the value, trailing commas, NaN and Infinity', () => {
    for (const text of ['{} {}', '[1,]', '{"a":1,}', 'NaN', '[Infinity]', '-Infinity', '']) {
      expect(isRefused(text), text).to.be.true;
    }
  });

  it('allows 64 levels and refuses the 65th', () => {
    expect(isRefused('['.repeat(64) + ']'.repeat(64))).to.be.false;
    expect(isRefused('{"a":'.repeat(65) + '1' + '}'.repeat(65))).to.be.true;
  });

  it('refuses a text nested 10^6 deep before it is parsed', () => {
    const text = '['.repeat(1e6) + ']'.repeat(1e6);
    expect(parseJson(text)).to.deep.equal({ type: 'bad', problem: 'nested deeper than 64' });
  });

  it('does not count brackets inside strings', () => {
    expect(isRefused(`["${'['.repeat(100)}", "\\"${'{'.repeat(100)}"]`)).to.be.false;
  });

  for (const number of ['1', '9007199254740993']) {
    it(`takes __proto__ for a key like any other (beside ${number})`, () => {
      const parsed = value(`{"n": ${number}, "__proto__": {"isAdmin": true}}`);
      expect(Object.getPrototypeOf(parsed)).to.equal(Object.prototype);
      expect(Object.hasOwn(parsed as object, '__proto__')).to.be.true;
    });

    it(`lets the last of equal keys count (beside ${number})`, () => {
      expect(value(`{"n": ${number}, "a": 1, "a": 2}`)).to.have.property('a', 2);
    });
  }

  it('gives what was printed', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom('compact', 'spaced', 'indent4'), fc.boolean(), (json, style, ascii) => {
        expect(value(printJson(json, style, { ascii }))).to.deep.equal(json);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseJson(text)));
  });
});

describe('parseExactly', () => {
  const anyText = fc.jsonValue({ maxDepth: 4 }).map((json) => JSON.stringify(json, null, 1));
  const anyDamagedText = fc
    .tuple(anyText, fc.nat(), fc.constantFrom('', '"', '\\', ',', '{', ']', '0', '-', '.', 'e', '\n', '\u0001', 'tru'))
    .map(([text, at, piece]) => text.slice(0, at % text.length) + piece + text.slice((at % text.length) + 1));

  it('accepts and refuses what JSON.parse does, with the same values', () => {
    const isExactForBoth = (text: string): boolean => !/\d{16}|\d[eE][+-]?\d{3}/.test(text);
    fc.assert(
      fc.property(fc.oneof(anyText, anyDamagedText).filter(isExactForBoth), (text) => {
        expect(outcome(parseExactly, text)).to.deep.equal(outcome(JSON.parse, text));
      }),
      { numRuns: 500 },
    );
  });

  it('says where a text goes wrong', () => {
    expect(() => parseExactly('[1, x]')).to.throw(SyntaxError, "Unexpected 'x' at position 4");
    expect(() => parseExactly('[1, ')).to.throw(SyntaxError, 'Unexpected end of JSON input');
  });
});
