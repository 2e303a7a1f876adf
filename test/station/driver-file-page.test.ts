import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { vocabulary } from '../../core/driver-file/vocabulary.js';
import type { JsonSchema } from '../../core/json-value.js';
import { createCompiler } from '../../schemas/compiler.js';
import { checkedFile, driverFiles } from '../../station/driver-files.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/protocols/driver-file.md');

type Schema = {
  readonly description?: string;
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly $defs?: { readonly [name: string]: Schema };
};
type Row = readonly string[];

const json = JSON.parse(readFileSync(join(ROOT, 'schemas/driver-file.schema.json'), 'utf8')) as JsonSchema;
const schema: Schema = json;

const at = (pointer: string): Schema =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, step) => Reflect.get(Object(node), step), schema) as Schema;

const table = (head: Row, rows: readonly Row[]): string => {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};

const keys = (pointer: string): string => {
  const { properties = {}, required = [] } = at(pointer);
  const rows = Object.entries(properties).map(([key, { description = '' }]) => [
    `\`${key}\``,
    description,
    required.includes(key) ? 'needed' : '',
  ]);
  return required.length === 0
    ? table(
        ['key', 'says'],
        rows.map((row) => row.slice(0, 2)),
      )
    : table(['key', 'says', ''], rows);
};

const words = (): string =>
  table(
    ['family', 'parameter', 'means', 'type', 'unit'],
    Object.entries(vocabulary).flatMap(([family, known]) =>
      Object.entries(known).map(([name, { description = '', type = '', unit = '' }]) => [
        family,
        `\`${name}\``,
        description,
        type,
        unit,
      ]),
    ),
  );

const shipped = (): string =>
  table(
    ['file', 'drives', 'models', 'tested on'],
    driverFiles.names().map((name) => {
      const { title, models, testedOn = 'untested on hardware' } = driverFiles.read(name);
      return [`\`${name}\``, title, Object.keys(models).join(', '), testedOn];
    }),
  );

/** What stands behind each mark of the page. */
const behind = (mark: string): string => {
  if (mark === 'vocabulary') return words();
  if (mark === 'shipped') return shipped();
  return keys(mark.replace('keys: ', ''));
};

/** `UPDATE_DOCS=1` writes the tables. */
const withTables = (page: string): string =>
  page.replace(/<!-- ([^>]*) -->\n\n(?:\|.*\n)*\n?/g, (_, mark: string) => `<!-- ${mark} -->\n\n${behind(mark)}\n\n`);

const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/-+/g, '-').replaceAll('\\|', '|').trimEnd();

describe('the page about driver files', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
  const page = readFileSync(PAGE, 'utf8');

  it('has the keys, words and files that there are: write them with UPDATE_DOCS=1', () => {
    expect(plain(page)).to.equal(plain(withTables(page)));
  });

  it('has a table of every object of the schema', () => {
    const objects = Object.entries({ ...schema.properties, ...schema.$defs })
      .filter(([, { properties }]) => properties !== undefined)
      .map(([name]) => (name in (schema.$defs ?? {}) ? `#/$defs/${name}` : `#/properties/${name}`));
    const marks = [...page.matchAll(/<!-- keys: (.*) -->/g)].map(([, pointer]) => pointer);
    expect(marks).to.include.members(['#', ...objects]);
  });

  it('has an example with nothing wrong in it', () => {
    const [, text = ''] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? [];
    const file = checkedFile(text, 'page', 'acme-two', createCompiler({ allErrors: true })(json));
    expect(Object.keys(file.models)).to.deep.equal(['Two', 'Two-HV']);
  });
});
