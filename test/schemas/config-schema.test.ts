import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Json, JsonSchema } from '../../core/json-value.js';
import { createCompiler } from '../../schemas/compiler.js';
import { sections } from '../../station/config/frame.js';
import { allKinds } from '../../station/all-kinds.js';
import { composeSchema } from '../../station/config/compose-schema.js';

const ROOT = join(import.meta.dirname, '../..');
const file = join(ROOT, 'schemas/config.schema.json');
const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));

describe('schemas/config.schema.json', () => {
  let composed: JsonSchema;
  let violations: (text: string) => readonly string[];

  before(async () => {
    composed = JSON.parse(JSON.stringify(await composeSchema(allKinds))) as JsonSchema; // `undefined` is no JSON
    const check = createCompiler({ allErrors: true })(composed);
    violations = (text) => check(parse(text) as Json).map(({ path }) => path);
  });

  it('is what the kinds yield (write it anew: UPDATE_SCHEMAS=1 npx mocha, then npm run fix)', () => {
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, JSON.stringify(composed, null, 2));
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(composed);
  });

  it('is a valid schema', () => {
    expect(new Ajv2020({ strict: false }).validateSchema(composed)).to.equal(true);
  });

  for (const name of examples) {
    it(`takes examples/${name} as an editor sees it, variables and all`, () => {
      expect(violations(readFileSync(join(ROOT, 'examples', name), 'utf8'))).to.deep.equal([]);
    });
  }

  it('refuses an option that its kind does not have', () => {
    expect(violations('managers:\n  hv: { kind: hv, nonsense: 1 }')).to.include('/managers/hv');
  });

  it('refuses a kind that does not exist', () => {
    expect(violations('connectors:\n  x: { kind: fax }')).to.include('/connectors/x/kind');
  });

  it('refuses a value of the wrong type that is no variable', () => {
    expect(violations('connectors:\n  web: { kind: websocket, port: http }')).to.include('/connectors/web/port');
  });

  for (const section of sections) {
    const registry = allKinds[section];
    for (const [kind, load] of Object.entries<() => Promise<{ readonly optionsSchema: JsonSchema }>>(registry)) {
      it(`has a valid schema for the options of ${section} of the kind ${kind}`, async () => {
        const { optionsSchema } = await load();
        expect(new Ajv2020({ strict: false }).validateSchema(optionsSchema)).to.equal(true);
      });
    }
  }
});
