import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { benchKind } from '../../simulators/bench/bench.kind.js';
import { parseFault } from '../../simulators/instrument/fault-words.js';
import { faultKinds } from '../../simulators/instrument/fault.js';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { readTree } from '../../station/config/yaml-tree.js';
import { FakeStation } from '../managers/fake-station.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/guide/simulated-instruments.md');
const rows = (head: string): readonly (readonly string[])[] =>
  (page.split(head)[1] ?? '')
    .split('\n\n')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))) ?? [];
const inCode = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]*)`/g)].map(([, text = '']) => text);

describe('the guide to simulated instruments', () => {
  it('has a config with nothing wrong in it', async () => {
    const [, text = ''] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? [];
    const checked = await checkConfig(readTree(text, { env: {}, readSecret: () => '' }), allKinds);
    expect('problems' in checked ? checked.problems : []).to.deep.equal([]);
  });

  it('has every fault, as it is understood, in the words of the program', () => {
    const told = rows('| in words').map(([words, meaning]) => [parseFault(inCode(words)[0] ?? '').kind, meaning]);
    expect(told).to.deep.equal(Object.entries(faultKinds));
  });

  it('has every option of busbar simulate', () => {
    const source = /\.command\('simulate'\)([^]*?)\.action/.exec(read('cli/busbar.ts'))?.[1] ?? '';
    const options = [...source.matchAll(/\.option\(\s*'([^']*)'/g)].map(([, option]) => option);
    expect(rows('| option | does |').map(([option]) => inCode(option)[0])).to.deep.equal(options);
  });

  it('has every command of the bench that is a knob, with arguments that it takes', async () => {
    const station = new FakeStation();
    const options = { instruments: { psu1: { driver: 'keysight-e36300' } } };
    const { commands } = benchKind.create(options, station.context('simulated')).describe();
    const shown = rows('| command of')
      .flatMap(([cell]) => inCode(cell))
      .filter((text) => text in commands || text.includes('='));
    const common = ['abort', 'makeSafe', 'refresh'];
    expect([...new Set(shown.map((text) => text.split(' ')[0]))]).to.have.members(
      Object.keys(commands).filter((name) => !common.includes(name)),
    );
    for (const text of shown) {
      const [name = ''] = text.split(' ');
      for (const [, argument = ''] of text.matchAll(/ (\w+)=/g))
        expect(commands[name]?.schema, text).to.have.nested.property(`properties.${argument}`);
    }
    await station.stop();
  });
}).timeout(10_000); // kinds are loaded when they are used first
