/** `npm test`: sets up, builds, runs every test there is and ends with a line `N passed, N failed`. */
import { mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, isStale } from './build.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { obtainNode24 } from './node24.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ROOT, run, say } from './run.mjs';
import { serveProblem } from './serve-check.mjs';

const UNITS_LIMIT_MS = 240_000;
const PEERS_LIMIT_MS = 480_000;
const EXAMPLE = 'examples/online-hv.yaml';
/** What cannot be run is named; where everything must be there it is a failure as well. */
const isCi = process.env.CI === 'true';

const scratch = mkdtempSync(join(tmpdir(), 'busbar-counts-'));
const total = { passed: 0, failed: 0 };

function count(name, passed, failed) {
  total.passed += passed;
  total.failed += failed;
  say(`${name}: ${passed} passed, ${failed} failed`);
}

function leaveOut(name, reason) {
  say(`left out: ${name} (${reason})`);
  if (isCi) total.failed += 1;
}

/** A mocha that dies, hangs or ends badly for any reason but a failed test counts as one failure. */
async function runMocha(name, node, args, limitMs, stdout = 'inherit') {
  const countsFile = join(scratch, `${name.replaceAll(/\W+/g, '-')}.json`);
  const program = [
    join(ROOT, 'node_modules/mocha/bin/mocha.js'),
    '--reporter',
    join(ROOT, 'scripts/counting-reporter.mjs'),
  ];
  const code = await run(node, [...program, ...args], { env: { BUSBAR_TEST_COUNTS: countsFile }, limitMs, stdout });
  const { passed, failed } = readCounts(countsFile);
  if (code !== 0 && failed === 0) say(`${name}: mocha ended with exit code ${code}`);
  count(name, passed, code === 0 ? failed : Math.max(failed, 1));
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { passed: 0, failed: 1 }; // mocha did not come to its end
  }
}

async function runPeers(missing) {
  const needs = new Map(missing.flatMap(({ need, tests }) => tests.map((test) => [test, need])));
  const specs = readdirSync(join(ROOT, 'test/peers'), { recursive: true })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `test/peers/${path}`);
  const [out, kept] = [specs.filter((spec) => needs.has(spec)), specs.filter((spec) => !needs.has(spec))];
  for (const spec of out) leaveOut(spec, `needs ${needs.get(spec)}`);
  if (kept.length === 0) return;
  const ignore = out.flatMap((spec) => ['--ignore', spec]);
  await runMocha('peers', process.execPath, ['--config', 'test/peers/.mocharc.json', ...ignore], PEERS_LIMIT_MS);
}

/** Both at once: they look at no clock, so they cannot race each other. What the second prints comes after the first. */
async function runUnits(node24) {
  const printed = join(scratch, 'node24.txt');
  const tests = [runMocha('unit tests', process.execPath, [], UNITS_LIMIT_MS)];
  if (node24 === undefined) leaveOut('everything on Node.js 24', 'the npm registry did not give it');
  else tests.push(runMocha('unit tests on Node.js 24', node24, [], UNITS_LIMIT_MS, openSync(printed, 'w')));
  await Promise.all(tests);
  if (node24 !== undefined) process.stdout.write(readFileSync(printed));
}

async function serveOnNode24(node) {
  const problem = await serveProblem(node, EXAMPLE);
  if (problem !== undefined) say(`serve ${EXAMPLE} on Node.js 24: ${problem}`);
  count(`serve ${EXAMPLE} on Node.js 24`, problem === undefined ? 1 : 0, problem === undefined ? 0 : 1);
}

await ensureNpmPackages();
const missing = await ensureDebianPackages();
if (isStale() && !(await build())) count('build', 0, 1);
const node24 = await obtainNode24();
await runUnits(node24);
await runPeers(missing);
if (node24 !== undefined) await serveOnNode24(node24);

rmSync(scratch, { recursive: true });
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
