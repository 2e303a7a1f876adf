/** Node.js 24 from the npm registry, kept beside the packages; busbar supports 20 and 24. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

const FOLDER = join(ROOT, 'node_modules/.cache/node24');
const isWindows = process.platform === 'win32';
/** The package `node` fetches one of these by an install script; asking for it by name needs no script. */
const PACKAGE = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
const PROGRAM = join(FOLDER, 'node_modules', PACKAGE, isWindows ? 'bin/node.exe' : 'bin/node');

/** The path of a Node.js 24, or undefined where it cannot be had. */
export async function obtainNode24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  if (existsSync(PROGRAM)) return PROGRAM;
  say('fetching Node.js 24 for the tests');
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }\n');
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...options, `${PACKAGE}@24`], { cwd: FOLDER, stdout: 2 });
  return existsSync(PROGRAM) ? PROGRAM : undefined;
}
