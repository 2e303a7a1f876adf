/** `npm run check`: types, rules and format. The rules take as long as all the rest, so they go beside it. */
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

const program = (path, ...args) => [join(ROOT, 'node_modules', path), ...args];
const tsc = program.bind(undefined, 'typescript/bin/tsc');

const lanes = [
  [program('eslint/bin/eslint.js', '.')],
  [
    tsc(),
    tsc('-p', 'core'),
    tsc('-p', 'web-debug'),
    program('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  ],
];

async function runLane(steps) {
  const failed = [];
  for (const [path, ...args] of steps) {
    if ((await run(process.execPath, [path, ...args])) !== 0) failed.push([path.split('/').at(-1), ...args].join(' '));
  }
  return failed;
}

const failed = (await Promise.all(lanes.map(runLane))).flat();
for (const step of failed) say(`failed: ${step}`);
process.exitCode = failed.length === 0 ? 0 : 1;
