/** Does `busbar serve CONFIG` come up and go down in order on a given Node.js? Asked of the built program, from outside. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;

/** Gives undefined when all went well, otherwise what went wrong. */
export async function serveProblem(node, config) {
  const state = mkdtempSync(join(tmpdir(), 'busbar-test-'));
  const station = spawn(node, [join(ROOT, 'dist/cli/busbar.js'), 'serve', config], {
    cwd: ROOT,
    env: { ...process.env, BUSBAR_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  station.stderr.on('data', (bytes) => (log += bytes));
  const ended = new Promise((resolve) => station.once('close', (code, signal) => resolve(code ?? signal)));
  const within = (ms, promise) => {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, 'late')));
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };
  const isReady = new Promise((resolve) => {
    let text = '';
    station.stdout.on('data', (bytes) => /^ready /m.test((text += bytes)) && resolve('ready'));
  });

  try {
    const outcome = await within(READY_WITHIN_MS, Promise.race([isReady, ended.then((code) => `exit ${code}`)]));
    if (outcome !== 'ready') return `no "ready" line (${outcome})\n${log}`;
    station.kill('SIGTERM');
    const code = await within(STOP_WITHIN_MS, ended);
    return code === 0 ? undefined : `SIGTERM ended in ${code} instead of exit code 0\n${log}`;
  } finally {
    station.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}
