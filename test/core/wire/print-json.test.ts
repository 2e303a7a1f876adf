import { expect } from 'chai';
import fc from 'fast-check';
import { printJson } from '../../../core/wire/print-json.js';

describe('printJson', () => {
  const sample = { a: 'x', list: [1, -0.25, [], {}], nested: { on: true, none: null } };

  it('prints compact as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(printJson(json as never, 'compact')).to.equal(JSON.stringify(json));
      }),
    );
  });

  it('prints spaced as json.dumps of Python does', () => {
    expect(printJson(sample, 'spaced')).to.equal(
      '{"a": "x", "list": [1, -0.25, [], {}], "nested": {"on": true, "none": null}}',
    );
  });

  it('prints indent4 as json.dumps of Python with indent=4 does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(printJson(json as never, 'indent4')).to.equal(JSON.stringify(json, null, 4));
      }),
    );
  });

  it('prints a bigint as its digits', () => {
    expect(printJson({ id: -9223372036854775808n }, 'compact')).to.equal('{"id":-9223372036854775808}');
  });

  it('escapes what is not ASCII when asked, in lower case and surrogate by surrogate', () => {
    expect(printJson({ µ: '10 µA \u{1f600}\u007f\u001f' }, 'spaced', { ascii: true })).to.equal(
      '{"\\u00b5": "10 \\u00b5A \\ud83d\\ude00\\u007f\\u001f"}',
    );
  });

  it('leaves what is not ASCII as it is otherwise', () => {
    expect(printJson('10 µA \u{1f600}', 'spaced')).to.equal('"10 µA \u{1f600}"');
  });

  it('refuses NaN and infinity and names the path', () => {
    expect(() => printJson({ a: [1, { voltage: NaN }] }, 'compact')).to.throw(RangeError, '/a/1/voltage is NaN');
    expect(() => printJson({ v: [-Infinity] }, 'indent4')).to.throw(RangeError, '/v/0 is -Infinity');
    expect(() => printJson(Infinity, 'spaced')).to.throw(RangeError, 'value is Infinity');
  });
});
