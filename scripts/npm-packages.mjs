/** The npm packages of the lock file. Needs nothing but Node.js and npm; costs milliseconds when nothing is to be done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

const OLDEST_NODE = [20, 19];

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNewEnough) return;
  say(`Node.js ${OLDEST_NODE.join('.')} or later is needed, this is ${process.versions.node}`);
  process.exit(1);
}

const packagesIn = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;

/** npm keeps a list of what it installed; the time of the files would say nothing after a fresh checkout. */
function isInstalled() {
  if (!existsSync(join(ROOT, 'node_modules/.package-lock.json'))) return false;
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  );
}

/** Installs exactly what the lock file says, unless it is there. Ends the process when it cannot. */
export async function ensureNpmPackages() {
  requireNode();
  if (isInstalled()) return;
  say('installing the npm packages of package-lock.json');
  // The build needs the development packages, also where NODE_ENV=production hides them.
  const code = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { stdout: 2 });
  if (code === 0) return;
  say('npm ci failed: is the package registry within reach?');
  process.exit(1);
}
