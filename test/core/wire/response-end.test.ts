import { expect } from 'chai';
import fc from 'fast-check';
import { blockEnd, endsWith, withoutTermination } from '../../../core/wire/response-end.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const stripped = (response: string, termination = '\n'): string =>
  Buffer.from(withoutTermination(bytes(response), bytes(termination))).toString('latin1');

describe('withoutTermination', () => {
  for (const [what, response, answer] of [
    ['takes a line feed off', '1.5\n', '1.5'],
    ['takes the carriage return before it off', '1.5\r\n', '1.5'],
    ['takes one line end off, not two', '1.5\n\n', '1.5\n'],
    ['leaves what END alone has ended', '1.5', '1.5'],
    ['leaves an empty answer empty', '\n', ''],
    ['leaves the last byte of a block that has no line end', '#15abcd\n', '#15abcd\n'],
    ['leaves a carriage return that belongs to a block', '#15abcd\r\n', '#15abcd\r'],
    ['takes the line end behind a block off', '#15abcde\n', '#15abcde'],
    ['takes a block of no declared length for text', '#0abc\n', '#0abc'],
    ['takes a number sign for text where no length follows', '#1x\n', '#1x'],
    ['takes a number sign for text where the length is cut short', '#5\n', '#5'],
    ['leaves a carriage return alone', '1.5\r', '1.5\r'],
    ['takes one line end off behind a block that ends in one', '#12\r\n\r\n', '#12\r\n'],
  ] as const) {
    it(what, () => {
      expect(stripped(response)).to.equal(answer);
    });
  }

  it('takes another termination off whole, or not at all', () => {
    expect(stripped('1.5;;', ';;')).to.equal('1.5');
    expect(stripped('1.5;', ';;')).to.equal('1.5;');
    expect(stripped('1.5\n', '')).to.equal('1.5\n');
  });

  it('never throws, and takes no more than termination and carriage return off', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (response) => {
        expect(response.length - withoutTermination(response, bytes('\n')).length).to.be.within(0, 2);
      }),
    );
  });
});

describe('blockEnd', () => {
  it('may be behind what has come', () => {
    expect(blockEnd(bytes('#3200abc'))).to.equal(205);
  });

  it('is not known before the whole length has come', () => {
    expect(blockEnd(bytes('#320'))).to.equal(0);
  });
});

describe('endsWith', () => {
  it('does not see a termination within a block', () => {
    expect(endsWith(bytes('#15ab\n'), bytes('\n'))).to.equal(false);
    expect(endsWith(bytes('ab\n'), bytes('\n'))).to.equal(true);
  });
});
