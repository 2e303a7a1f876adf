import { expect } from 'chai';
import fc from 'fast-check';
import { Markers } from '../../../../managers/links/prologix/prologix-markers.js';

const VERSION = 'Prologix GPIB-ETHERNET Controller version 01.06.06.00';
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (found: Uint8Array | undefined): string | undefined =>
  found === undefined ? undefined : Buffer.from(found).toString('latin1');

describe('the markers of a GPIB adapter', () => {
  const expecting = (count: number): Markers => {
    const markers = new Markers(bytes(`${VERSION}\r\n`));
    for (let index = 0; index < count; index += 1) markers.expect();
    return markers;
  };

  it('end what came before them', () => {
    expect(textOf(expecting(1).push(bytes(`+1.5\n${VERSION}\r\n`)))).to.equal('+1.5\n');
  });

  it('stand behind an answer without a line end, too', () => {
    expect(textOf(expecting(1).push(bytes(`+1.5${VERSION}\r\n`)))).to.equal('+1.5');
  });

  it('are waited for to their line end', () => {
    const markers = expecting(1);
    expect(markers.push(bytes(VERSION))).to.equal(undefined);
    expect(textOf(markers.push(bytes('\r\n')))).to.equal('');
  });

  it('are all waited for when waiting for some was given up', () => {
    const markers = expecting(2);
    expect(markers.push(bytes(`old${VERSION}\r\n`))).to.equal(undefined);
    expect(textOf(markers.push(bytes(`new${VERSION}\r\n`)))).to.equal('oldnew');
  });

  it('keep what came behind the last for the next', () => {
    const markers = expecting(1);
    expect(textOf(markers.push(bytes(`a${VERSION}\r\nb`)))).to.equal('a');
    markers.expect();
    expect(textOf(markers.push(bytes(`c${VERSION}\r\n`)))).to.equal('bc');
  });

  it('are found behind much that comes in small pieces, without looking at all of it for each', () => {
    const markers = expecting(1);
    const piece = new Uint8Array(256).fill(0x31);
    for (let count = 0; count < 16_384; count += 1) markers.push(piece);
    expect(markers.heldBytes).to.equal(4_194_304);
    expect(markers.push(bytes(`${VERSION}\r\n`))).to.have.length(4_194_304);
    expect(markers.heldBytes).to.equal(0);
  });

  it('are found however the bytes are cut', () => {
    const answer = fc.uint8Array({ maxLength: 40 }).map((content) => Buffer.from(content).toString('latin1'));
    fc.assert(
      fc.property(answer, fc.array(fc.nat({ max: 120 }), { maxLength: 5 }), (before, cuts) => {
        const whole = bytes(`${before}${VERSION}\r\n`);
        const markers = expecting(1);
        const places = [...cuts.map((cut) => cut % whole.length).sort((one, other) => one - other), whole.length];
        let from = 0;
        let found: string | undefined;
        for (const to of places) {
          found = textOf(markers.push(whole.subarray(from, to))) ?? found;
          from = to;
        }
        expect(found).to.equal(before);
      }),
    );
  });
});
