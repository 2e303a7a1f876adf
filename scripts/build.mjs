/** Builds dist/: the program by tsc, the console by esbuild. Schemas are read where they are, by `#schemas/`. */
import { chmodSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

const SOURCES = 'main.ts core managers connectors services simulators station schemas cli web-debug'.split(' ');
const SETTINGS = 'package-lock.json tsconfig.json tsconfig.build.json scripts/build.mjs'.split(' ');
const STAMP = join(ROOT, 'dist/.built');

/** The console: DOM code with its packages in one file, as they do not load in a browser unbundled. */
const CONSOLE = {
  absWorkingDir: ROOT,
  entryPoints: ['web-debug/main.ts', 'web-debug/style.css', 'web-debug/index.html', 'web-debug/icon.svg'],
  outdir: 'dist/web-debug',
  bundle: true,
  format: 'esm',
  minify: true,
  sourcemap: true,
  loader: { '.html': 'copy', '.svg': 'copy' },
  logLevel: 'warning',
};

/** A folder counts as well: its time tells that a file was removed. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  const inside = found.isDirectory() ? readdirSync(path).map((name) => newestChange(join(path, name))) : [];
  return Math.max(found.mtimeMs, ...inside);
}

/** True when dist is missing or older than what it is made from. */
export function isStale() {
  if (!existsSync(STAMP)) return true;
  const builtMs = statSync(STAMP).mtimeMs;
  return [...SOURCES, ...SETTINGS].some((path) => newestChange(join(ROOT, path)) > builtMs);
}

/** Gives true when all of it was built. */
export async function build() {
  const started = new Date(); // what is edited during the build is newer than the stamp
  say('building dist');
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  if ((await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdout: 2 })) !== 0) return false;
  const esbuild = await import('esbuild'); // not above: this file is also read before anything is installed
  const isBundled = await esbuild.build(CONSOLE).then(
    () => true,
    () => false, // esbuild has printed why
  );
  if (!isBundled) return false;
  chmodSync(join(ROOT, 'dist/cli/busbar.js'), 0o755);
  writeFileSync(STAMP, '');
  utimesSync(STAMP, started, started);
  return true;
}

if (process.argv[1] === import.meta.filename && !(await build())) process.exitCode = 1;
