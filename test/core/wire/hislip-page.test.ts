import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { hislipCodec } from '../../../core/wire/hislip.js';
import { hislipTypeName } from '../../../core/wire/hislip-tables.js';
import { fromHex, toHex } from './vectors.js';

const page = readFileSync(new URL('../../../docs/protocols/hislip.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```hex\n(.*?)```\s+```json\n(.*?)```/gs)];

describe('docs/protocols/hislip.md', () => {
  it('shows examples', () => {
    expect(examples)
      .to.have.length(page.split('```hex').length - 1)
      .and.length.above(0);
  });

  examples.forEach(([, hex = '', json = ''], index) => {
    it(`says what example ${index + 1} means`, () => {
      const frames = new FrameReader(hislipCodec(1_024)).feed(fromHex(hex.replace(/\s/g, '')));
      const shown = frames.map((frame) =>
        frame.type === 'bad' ? frame : { ...frame, type: hislipTypeName(frame.type), payload: toHex(frame.payload) },
      );
      expect(shown).to.deep.equal(JSON.parse(json));
    });
  });
});
