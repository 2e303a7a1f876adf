import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressWords,
  commandLine,
  dataLine,
  PrologixLineReader,
  setUpCommands,
  type PrologixLine,
} from '../../../core/wire/prologix.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import vectors from '../../vectors/prologix.json' with { type: 'json' };
import { cut } from './arbitraries.js';

const plain = (line: PrologixLine): unknown =>
  line.type === 'command' ? line.words : Buffer.from(line.bytes).toString('hex');
const read = (bytes: Uint8Array, reader = new PrologixLineReader()): readonly unknown[] =>
  reader.push(bytes).map(plain);

const anyMessage = fc.uint8Array({ minLength: 1, maxLength: 40 });
const anyWords = fc.array(fc.stringMatching(/^[a-z0-9_]{1,8}$/), { minLength: 1, maxLength: 4 });

describe('the lines of a Prologix-style adapter', () => {
  for (const { name, hex, lines } of vectors) {
    it(`read ${name}`, () => {
      expect(read(Buffer.from(hex, 'hex'))).to.deep.equal(lines);
    });
  }

  it('put an ESC before what means something to the adapter', () => {
    expect(Buffer.from(dataLine(Buffer.from('+1\r\n\x1b'))).toString('latin1')).to.equal(
      '\x1b+1\x1b\r\x1b\n\x1b\x1b\n',
    );
  });

  it('begin a session as the specification says', () => {
    expect(setUpCommands.slice(0, 6)).to.deep.equal([
      'mode 1',
      'auto 0',
      'read_tmo_ms 50',
      'eos 3',
      'eoi 1',
      'eot_enable 0',
    ]);
  });

  for (const [name, words, primary, secondary] of [
    ['a primary address', '4', 4, undefined],
    ['a secondary address, counted from 0', '9 97', 9, 1],
    ['a secondary address as the adapter counts', '9 97', 9, 97],
  ] as const) {
    it(`name ${name}`, () => {
      expect(addressWords(primary, secondary)).to.equal(words);
    });
  }

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyMessage, anyWords)), (all) => {
        const bytes = joinBytes(
          all.map((one) => (one instanceof Uint8Array ? dataLine(one) : commandLine(one.join(' ')))),
        );
        expect(read(bytes)).to.deep.equal(
          all.map((one) => (one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one)),
        );
      }),
    );
  });

  it('do not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyMessage), fc.array(fc.nat(9)), (messages, lengths) => {
        const bytes = joinBytes(messages.map(dataLine));
        const reader = new PrologixLineReader();
        expect(cut(bytes, lengths).flatMap((piece) => read(piece, reader))).to.deep.equal(read(bytes));
      }),
    );
  });

  it('never throw for foreign bytes, and keep a bounded number of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        for (const line of new PrologixLineReader(64).push(bytes)) {
          if (line.type === 'data') expect(line.bytes.length).to.be.most(64);
        }
      }),
    );
  });
});
