import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { clientFrameSchema } from '../../../connectors/native/client-frame-schema.js';
import { jsonEncoding } from '../../../connectors/zeromq/json-encoding.js';
import { optionsSchema } from '../../../connectors/zeromq/options.js';
import { protobufEncoding } from '../../../connectors/zeromq/protobuf-encoding.js';
import type { Json } from '../../../core/json-value.js';
import { clientFrameReader } from '../../../core/native/client-frame.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { reading } from './outputs.js';

const page = readFileSync(new URL('../../../docs/protocols/zeromq.md', import.meta.url), 'utf8');
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1]?.trim() ?? '';

describe('docs/protocols/zeromq.md', () => {
  it('shows the JSON that is sent', () => {
    expect(block('json')).to.equal(Buffer.from(jsonEncoding.encode(reading(), false)).toString());
  });

  it('shows the Protobuf that is sent', () => {
    const bytes = protobufEncoding().encode(reading(), false);
    expect(block('hex').replace(/\s/g, '')).to.equal(Buffer.from(bytes).toString('hex'));
  });

  it('shows a config that is valid', () => {
    const config = parse(block('yaml')) as { connectors: { bus: { [option: string]: Json } } };
    const options = Object.fromEntries(Object.entries(config.connectors.bus).filter(([name]) => name !== 'kind'));
    expect(createCompiler()(optionsSchema)(options)).to.deep.equal([]);
  });

  const requests = [...page.matchAll(/^\| `(\{.*?\})` \|/gm)].map(([, text]) => text ?? '');
  for (const text of requests) {
    it(`shows a request that is understood: ${text.slice(0, 40)}`, () => {
      expect(clientFrameReader(clientFrameSchema(), createCompiler())(text).type).to.equal('frame');
    });
  }
});
