import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { envelopeCodec } from '../../../core/wire/envelope-codec.js';
import { fromHex, json, shown } from './vectors.js';

const page = readFileSync(new URL('../../../docs/protocols/envelope.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```hex\n(.*?)```\s+```frames\n(.*?)```/gs)];

describe('docs/protocols/envelope.md', () => {
  it('shows examples', () => {
    expect(examples)
      .to.have.length(page.split('```hex').length - 1)
      .and.length.above(0);
  });

  examples.forEach(([, hex = '', frames = ''], index) => {
    it(`tells what happens in example ${index + 1}`, () => {
      const decoded = envelopeCodec().decode(fromHex(hex.replace(/\s/g, '')));
      expect(shown(decoded.frames)).to.deep.equal(json(frames));
      expect(decoded.rest).to.have.length(0);
    });
  });
});
