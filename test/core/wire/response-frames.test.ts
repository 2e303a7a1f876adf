import { expect } from 'chai';
import fc from 'fast-check';
import { ResponseFrames } from '../../../core/wire/response-frames.js';
import { cut } from './arbitraries.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const all = (frames: ResponseFrames): readonly string[] => {
  const found: string[] = [];
  for (let next = frames.next(); next !== undefined; next = frames.next()) {
    found.push(Buffer.from(next).toString('latin1'));
  }
  return found;
};

const framesIn = (pieces: readonly Uint8Array[], termination?: string): readonly string[] => {
  const frames = new ResponseFrames(termination === undefined ? undefined : bytes(termination));
  for (const piece of pieces) frames.push(piece);
  return all(frames);
};

const block = (content: string): string => `#${String(content.length).length}${content.length}${content}`;

describe('ResponseFrames', () => {
  for (const [name, text, expected] of [
    ['ends a response with LF', '1.5\n', ['1.5']],
    ['takes a CR off before it', '1.5\r\n', ['1.5']],
    ['finds several', '1\n2\n\n3', ['1', '2', '']],
    ['lets LF pass within a block of definite length', '#15a\nb\nc\nnext\n', ['#15a\nb\nc', 'next']],
    ['takes a block without content', '#10\n', ['#10']],
    ['ends a block of indefinite length as text', '#0ab\ncd\n', ['#0ab', 'cd']],
    ['takes a # without a length as text', '#H1F\n#1x\n#\n', ['#H1F', '#1x', '#']],
    ['leaves the CR that is the last byte of a block', '#11\r\n#11\r\r\n', ['#11\r', '#11\r']],
    ['looks for a block only where a response begins', '1,#15\n\n', ['1,#15', '']],
  ] as const) {
    it(name, () => {
      expect(framesIn([bytes(text)])).to.deep.equal(expected);
    });
  }

  it('ends a response with what the instrument uses', () => {
    expect(framesIn([bytes('a\rb\nc\r')], '\r')).to.deep.equal(['a', 'b\nc']);
    expect(framesIn([bytes('a\r\r\nb\n\r\n')], '\r\n')).to.deep.equal(['a\r', 'b\n']);
  });

  it('says how much of a response is there, and gives it away', () => {
    const frames = new ResponseFrames();
    frames.push(bytes('1\n23'));
    expect(frames.pendingBytes).to.equal(2);
    expect(Buffer.from(frames.takePending()).toString()).to.equal('23');
    frames.push(bytes('4\n'));
    expect(all(frames)).to.deep.equal(['1', '4']);
  });

  it('does not take a block for one any longer when its beginning was given away', () => {
    const frames = new ResponseFrames();
    frames.push(bytes('#15a'));
    frames.takePending();
    frames.push(bytes('b\nc\n'));
    expect(all(frames)).to.deep.equal(['b', 'c']);
  });

  it('gives what was there before and what came later in order, and counts what it drops', () => {
    const frames = new ResponseFrames();
    frames.push(bytes('1\n2\n'));
    expect(Buffer.from(frames.next() ?? []).toString()).to.equal('1');
    frames.push(bytes('3\n4\n'));
    expect(Buffer.from(frames.next() ?? []).toString()).to.equal('2');
    expect(frames.drop()).to.equal(2);
    expect(frames.next()).to.equal(undefined);
  });

  it('takes many line ends in one piece without moving all of them for each', () => {
    expect(framesIn([new Uint8Array(65_536).fill(0x0a)])).to.have.length(65_536);
  });

  it('shares no memory with what it was given', () => {
    const piece = bytes('1.5\n');
    const frames = new ResponseFrames();
    frames.push(piece);
    piece.fill(0);
    expect(all(frames)).to.deep.equal(['1.5']);
  });

  it('gives back every block and every line', () => {
    const line = fc.stringMatching(/^[a-z0-9.,]{0,9}$/);
    const content = fc.string({ unit: fc.constantFrom('\n', '\r', '#', '1', 'x'), maxLength: 12 }).map(block);
    fc.assert(
      fc.property(fc.array(fc.oneof(line, content)), (responses) => {
        expect(framesIn(responses.map((one) => bytes(`${one}\n`)))).to.deep.equal(responses);
      }),
    );
  });

  it('does not depend on how the bytes are cut', () => {
    const some = fc.string({ unit: fc.constantFrom('\n', '\r', '#', '0', '1', '2', 'x'), maxLength: 40 });
    fc.assert(
      fc.property(some, fc.array(fc.nat(5)), (text, lengths) => {
        expect(framesIn(cut(bytes(text), lengths))).to.deep.equal(framesIn([bytes(text)]));
      }),
    );
  });

  it('never throws for foreign bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        framesIn(pieces);
      }),
    );
  });
});
