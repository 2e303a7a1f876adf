import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { JsonSchema } from '../../../core/json-value.js';
import { commandSchema } from '../../../managers/command-schema.js';
import { psuExamples } from '../../../managers/psu/psu.examples.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { FakeStation } from '../fake-station.js';

const file = fileURLToPath(new URL('../../../schemas/commands/psu.schema.json', import.meta.url));

describe('schemas/commands/psu.schema.json', () => {
  let station: FakeStation;
  let schema: JsonSchema;

  beforeEach(() => {
    station = new FakeStation();
    schema = commandSchema(psuKind.create({}, station.context('psu')).describe(), psuExamples);
  });

  afterEach(async () => {
    await station.stop();
  });

  it('is what the declaration yields (write it anew: UPDATE_SCHEMAS=1 npx mocha, then npm run fix)', async () => {
    if (process.env['UPDATE_SCHEMAS'] === '1') await writeFile(file, JSON.stringify(schema, null, 2));
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal(schema);
  });

  for (const example of psuExamples) {
    it(`takes its example ${JSON.stringify(example)}`, () => {
      expect(createCompiler()(schema)(example)).to.be.empty;
    });
  }

  it('refuses a command without its arguments', () => {
    expect(createCompiler()(schema)({ command: 'rampVoltage', channel: 1, arguments: { target: 1 } })).to.not.be.empty;
  });
});
