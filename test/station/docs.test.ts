import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { inFileOrder, printProblem } from '../../station/config/problem.js';
import { readTree } from '../../station/config/yaml-tree.js';
import { settings } from './support.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const check = (text: string) => checkConfig(readTree(text, { env: {}, readSecret: () => 'secret' }), allKinds);
const guide = read('docs/guide/config.md');
const blocks = [...guide.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text ?? '');
const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));

const problemsOf = async (text: string) => {
  const checked = await check(text);
  return 'config' in checked ? [] : inFileOrder(checked.problems).map((problem) => printProblem('lab.yaml', problem));
};

describe('what the guide says about the config', () => {
  for (const [index, text] of blocks.entries()) {
    it(`is true of its example ${index + 1}`, async () => {
      expect(await problemsOf(text)).to.deep.equal([]);
    });
  }

  it('is true of the problems it shows', async () => {
    const [, text = '', lines = ''] = /```yaml wrong\n([^]*?)```\n\n```\n([^]*?)```/.exec(guide) ?? [];
    expect(await problemsOf(text)).to.deep.equal(lines.trimEnd().split('\n'));
  });

  it('has the defaults as they are', async () => {
    const [written, empty] = await Promise.all([check(blocks[1] ?? ''), check('{}')]);
    expect('config' in written && written.config.station).to.deep.equal('config' in empty && empty.config.station);
    expect('config' in empty && Object.keys(empty.config.station)).to.have.members(Object.keys(settings));
  });
});

/** Of the other pages: what begins with a section of a config is one, the rest are driver files and other people's formats. */
const isConfig = (text: string): boolean => /^(station|managers|connectors|services):/.test(text);
const pages = readdirSync(join(ROOT, 'docs/guide')).filter((name) => name !== 'config.md');

describe('the configs of the guide', () => {
  for (const page of pages) {
    const texts = [...read(`docs/guide/${page}`).matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text ?? '');
    for (const [index, text] of texts.filter(isConfig).entries()) {
      it(`have no problem in ${page}, example ${index + 1}`, async () => {
        expect(await problemsOf(text)).to.deep.equal([]);
      });
    }
  }
});

describe('the examples', () => {
  for (const name of examples) {
    it(`has no problem in ${name}`, async () => {
      expect(await problemsOf(read(`examples/${name}`))).to.deep.equal([]);
    });
  }
});
