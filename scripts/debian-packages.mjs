/** What debian-packages.txt lists: installs the packages that are missing and says which tests cannot run. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

/** Debian's own: the `python3` of the PATH may be another one, which cannot see Debian's python3-* packages. */
const PYTHON = '/usr/bin/python3';

const probes = {
  command: (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
  file: existsSync,
  python: (module) => spawnSync(PYTHON, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  port: (number) => spawnSync(process.execPath, ['-e', LISTEN, number], { stdio: 'ignore' }).status === 0,
  works: (command) => spawnSync('sh', ['-c', command], { stdio: 'ignore' }).status === 0,
};
/** What no package brings. */
const privileges = ['port', 'works'];

const LISTEN = `require('node:net').createServer().once('error', () => process.exit(1))
  .listen({ host: '127.0.0.1', port: Number(process.argv[1]) }, () => process.exit(0))`;

const isThere = ({ probe }) => {
  const [kind, ...subject] = probe.split(' ');
  return probes[kind](subject.join(' '));
};

const isPackage = ({ probe }) => !privileges.includes(probe.split(' ')[0]);

const readList = () =>
  readFileSync(join(ROOT, 'scripts/debian-packages.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, probe, tests] = line.split('\t');
      return { name, probe, tests: tests.split(' ') };
    });

/** The words that go before `apt-get`, or undefined where this user may not install. */
function asRoot() {
  if (!probes.command('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

async function install(names) {
  const prefix = asRoot();
  if (prefix === undefined) return;
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return run(command, rest, { stdout: 'ignore' });
  };
  say(`installing Debian packages: ${names.join(' ')}`);
  await apt('update');
  // One at a time: a name that this release of Debian does not know must not cost the others.
  for (const name of names)
    await apt('install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', name);
}

/** Gives what is missing still, each with the tests that need it and, as `need`, in words. */
export async function ensureDebianPackages() {
  const missing = readList().filter((entry) => !isThere(entry));
  const packages = missing.filter(isPackage);
  if (packages.length > 0) await install(packages.map((entry) => entry.name));
  return missing
    .filter((entry) => !isPackage(entry) || !isThere(entry))
    .map((entry) => ({ ...entry, need: isPackage(entry) ? `the Debian package ${entry.name}` : entry.name }));
}
