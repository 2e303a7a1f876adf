import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';

/** The parts of ours that each part may import besides itself. main.ts, station/ and cli/ assemble: they may import all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  managers: ['core'],
  connectors: ['core'],
  services: ['core'],
  simulators: ['core'],
  schemas: ['core'],
  'web-debug': ['core', 'schemas'], // the compiler: forms are checked by what the gate checks with
};
const assembling = ['main.ts', 'station', 'cli'];
/** The console assembles itself: a page of its own, with a clock of its own. */
const assemblingFiles = ['web-debug/main.ts', 'web-debug/browser-clock.ts'];

const ROOT = join(import.meta.dirname, '..');
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;
const TIME_OR_CHANCE = /\b(?:Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\()/;

const filesIn = (part: string) =>
  part.endsWith('.ts')
    ? [part]
    : readdirSync(join(ROOT, part), { recursive: true }).map((path) => join(part, String(path)));
const sources = [...Object.keys(mayImport), ...assembling]
  .filter((part) => existsSync(join(ROOT, part)))
  .flatMap(filesIn)
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, part: path.split('/')[0] ?? '', text: readFileSync(join(ROOT, path), 'utf8') }))
  .map((source) => ({ ...source, imports: [...source.text.matchAll(IMPORT)].map(([, name]) => name ?? '') }));

const ours = (path: string, name: string) => normalize(join(dirname(path), name)).replace(/\.js$/, '.ts');
const importsOf = new Map(
  sources.map(({ path, imports }) => [
    path,
    imports.filter((name) => name.startsWith('.')).map((name) => ours(path, name)),
  ]),
);

/** The import chain that leads back to its own start, if there is one below `path`. */
function cycleFrom(path: string, chain: readonly string[], done: Set<string>): readonly string[] | undefined {
  if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path];
  if (done.has(path)) return undefined;
  for (const next of importsOf.get(path) ?? []) {
    const cycle = cycleFrom(next, [...chain, path], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(path);
  return undefined;
}

describe('the architecture', () => {
  for (const [part, allowed] of Object.entries(mayImport)) {
    it(`lets ${part} import ${['itself', ...allowed].join(' and ')} alone`, () => {
      const stray = sources
        .filter((source) => source.part === part)
        .flatMap(({ path }) => (importsOf.get(path) ?? []).map((target) => ({ path, target })))
        .filter(({ target }) => ![part, ...allowed].includes(target.split('/')[0] ?? ''));
      expect(stray).to.deep.equal([]);
    });
  }

  it('lets core import no package but rxjs, so that it runs in a browser and a worker', () => {
    const foreign = sources
      .filter(({ part }) => part === 'core')
      .flatMap(({ path, imports }) => imports.map((name) => ({ path, name })))
      .filter(({ name }) => !name.startsWith('.') && name !== 'rxjs');
    expect(foreign).to.deep.equal([]);
  });

  it('hands time and chance in everywhere but where the program is assembled', () => {
    const reaching = sources
      .filter(({ part, path }) => part in mayImport && !assemblingFiles.includes(path))
      .filter(({ text }) => TIME_OR_CHANCE.test(text));
    expect(reaching.map(({ path }) => path)).to.deep.equal([]);
  });

  it('has no import cycle', () => {
    const done = new Set<string>();
    expect(sources.map(({ path }) => cycleFrom(path, [], done)).find((cycle) => cycle !== undefined)).to.equal(
      undefined,
    );
  });
});
