import { expect } from 'chai';
import { descriptionTag, isKnown, isUnchanged, readingsTag, readingTag } from '../../../connectors/rest/entity-tags.js';
import type { Json } from '../../../core/json-value.js';
import type { Reading } from '../../../core/message.js';

const reading = (value: Json, seq = 7, epoch = 1_768_478_400_000): Reading => ({
  type: 'reading',
  manager: 'psu',
  topic: 'psu/1/voltage',
  channel: 1,
  parameter: 'voltage',
  value,
  quality: 'good',
  timeMs: 0,
  epoch,
  seq,
  previous: 0,
});

describe('the tag of a reading', () => {
  it('is text that a header may have, in quotes', () => {
    expect(readingTag(reading('a "quoted"\r\nvalue ∞'))).to.match(/^"[0-9a-z.]+"$/);
  });

  it('is another for every reading', () => {
    const tags = [reading(1), reading(2), reading(1, 8), reading(1, 7, 1)].map(readingTag);
    expect(new Set(tags).size).to.equal(4);
  });

  it('tells values apart that JSON cannot', () => {
    const tags = [1n, 2n ** 60n, [1n], { a: 1n }].map((value) => readingTag(reading(value)));
    expect(new Set(tags).size).to.equal(4);
  });
});

describe('the tag of many readings', () => {
  it('changes with any of them, and when one is gone', () => {
    const [one, other, newer] = [reading(1, 7), reading(1, 8), reading(1, 9)];
    const tags = [[one, other], [one, newer], [one], []].map((readings) => readingsTag(1, readings));
    expect(new Set(tags).size).to.equal(4);
  });

  it('does not look at their order', () => {
    const [one, other] = [reading(1, 7), reading(1, 8)];
    expect(readingsTag(1, [one, other])).to.equal(readingsTag(1, [other, one]));
  });
});

describe('If-None-Match', () => {
  const tag = descriptionTag(1_768_478_400_000, 3);

  for (const [header, known] of [
    [tag, true],
    [`W/${tag}`, true],
    [`"other" , ${tag}`, true],
    ['*', true],
    ['"other"', false],
    [tag.replaceAll('"', ''), false],
    ['', false],
    [undefined, false],
  ] as const) {
    it(`${header ?? '(absent)'} ${known ? 'knows' : 'does not know'} ${tag}`, () => {
      expect(isKnown(header, tag)).to.equal(known);
    });
  }
});

describe('If-Match', () => {
  const seen = readingTag(reading(5));

  for (const [what, current, unchanged] of [
    ['what was seen is there', reading(5), true],
    ['the same was read again', reading(5, 12), true],
    ['another value was read', reading(6, 12), false],
    ['the manager was started anew', reading(5, 7, 1), false],
    ['nothing is there any more', undefined, false],
  ] as const) {
    it(`holds ${unchanged ? '' : 'no more '}when ${what}`, () => {
      expect(isUnchanged(seen, current)).to.equal(unchanged);
    });
  }

  for (const header of ['"foreign"', '"a.b"', '"a.b.c.d"', '', '""', 'x'.repeat(10_000)]) {
    it(`holds for nothing when it is the foreign ${header.slice(0, 20)}`, () => {
      expect(isUnchanged(header, reading(5))).to.be.false;
    });
  }

  it('holds for anything there is when it is *', () => {
    expect([isUnchanged('*', reading(5)), isUnchanged('*', undefined)]).to.deep.equal([true, false]);
  });
});
