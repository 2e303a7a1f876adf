import { promisify } from 'node:util';
import { inflate as zlibInflate } from 'node:zlib';
import { expect } from 'chai';
import type { Json } from '../../../core/json-value.js';
import { envelopeCodec } from '../../../core/wire/envelope-codec.js';
import type { Envelope } from '../../../core/wire/envelope.js';
import { inflateData, type Inflate } from '../../../core/wire/inflate-data.js';
import { envelopeVector } from './vectors.js';

const inflate: Inflate = (bytes, maxBytes) => promisify(zlibInflate)(bytes, { maxOutputLength: maxBytes });

const envelope = (meta: Json, data: Uint8Array): Envelope => {
  return { type: 'envelope', meta, metaCoding: 'json', data, dataType: 0, time: 0 };
};

describe('inflateData', () => {
  const [deflated] = envelopeCodec().decode(envelopeVector('Z')).frames;
  if (deflated?.type !== 'envelope') throw new Error('vector Z is an envelope');

  it('inflates what its meta calls zlib, and takes the word out of the meta', async () => {
    const inflated = await inflateData(deflated, inflate, 64);
    expect(inflated).to.deep.include({ type: 'envelope', meta: {} });
    expect(inflated.type === 'envelope' && Buffer.from(inflated.data).toString()).to.equal('A'.repeat(64));
  });

  it('tells when the data would be larger than allowed', async () => {
    const refused = await inflateData(deflated, inflate, 63);
    expect(refused.type === 'bad' && refused.problem).to.match(/^data is not a zlib stream of at most 63 bytes: /);
  });

  it('tells when the data is no zlib stream', async () => {
    const refused = await inflateData({ ...deflated, data: Uint8Array.of(1, 2, 3) }, inflate, 64);
    expect(refused.type === 'bad' && refused.problem).to.match(/incorrect header check$/);
  });

  it('refuses another compression by name', async () => {
    const refused = await inflateData(envelope({ compression: 'lz4' }, deflated.data), inflate, 64);
    expect(refused).to.deep.equal({ type: 'bad', problem: 'compression "lz4" is not known, zlib is' });
  });

  it('leaves an Envelope alone that is not compressed', async () => {
    for (const plain of [envelope({ a: 1 }, deflated.data), envelope([1], deflated.data)]) {
      expect(await inflateData(plain, inflate, 1)).to.equal(plain);
    }
  });
});
