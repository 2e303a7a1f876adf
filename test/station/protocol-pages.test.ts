import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { inFileOrder, printProblem } from '../../station/config/problem.js';
import { readTree } from '../../station/config/yaml-tree.js';

const FOLDER = join(import.meta.dirname, '../../docs/protocols');

describe('the configs on the pages of the roads to instruments', () => {
  for (const name of ['vxi11.md', 'hislip.md', 'scpi-socket.md']) {
    const page = readFileSync(join(FOLDER, name), 'utf8');
    const configs = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);

    it(`are there in ${name}`, () => {
      expect(configs).to.have.length(2);
    });

    configs.forEach((text, index) => {
      it(`have no problem: ${name}, ${index + 1}`, async () => {
        const checked = await checkConfig(readTree(text, { env: {}, readSecret: () => 'secret' }), allKinds);
        const problems = 'config' in checked ? [] : inFileOrder(checked.problems);
        expect(problems.map((problem) => printProblem(name, problem))).to.deep.equal([]);
      });
    });
  }
});
