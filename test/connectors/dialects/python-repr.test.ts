import { expect } from 'chai';
import { pythonRepr } from '../../../connectors/dialects/python-repr.js';
import type { Json } from '../../../core/json-value.js';

const rows: readonly (readonly [Json, string])[] = [
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [0, '0'],
  [-7, '-7'],
  [1.5, '1.5'],
  [0.1, '0.1'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-1.25e-7, '-1.25e-07'],
  [1e15 + 0.5, '1000000000000000.5'],
  [9007199254740994, '9007199254740994.0'],
  [1e16, '1e+16'],
  [1.5e21, '1.5e+21'],
  [-1e300, '-1e+300'],
  [5e-324, '5e-324'],
  [12345678901234567890n, '12345678901234567890'],
  ['', "''"],
  ['x', "'x'"],
  ["it's", '"it\'s"'],
  ['say "it\'s"', "'say \"it\\'s\"'"],
  ['back\\slash', "'back\\\\slash'"],
  ['a\tb\nc\rd', "'a\\tb\\nc\\rd'"],
  ['\u0000\u001f\u007f\u00a0', "'\\x00\\x1f\\x7f\\xa0'"],
  ['\u2028\u200b', "'\\u2028\\u200b'"],
  ['\u{e0001}', "'\\U000e0001'"],
  ['\ud800', "'\\ud800'"],
  ['größe 😀', "'größe 😀'"],
  [[], '[]'],
  [[1, 'a', [null]], "[1, 'a', [None]]"],
  [{}, '{}'],
  [{ a: 1, 'b c': { d: [] } }, "{'a': 1, 'b c': {'d': []}}"],
];

describe('pythonRepr', () => {
  for (const [value, text] of rows) {
    it(`prints ${text}`, () => {
      expect(pythonRepr(value)).to.equal(text);
    });
  }
});
