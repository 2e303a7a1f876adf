import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { JsonObject, JsonSchema } from '../../../core/json-value.js';
import { commandSchema } from '../../../managers/command-schema.js';
import { psuExamples } from '../../../managers/psu/psu.examples.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { driverFiles } from '../../../station/driver-files.js';
import { playedLinks, scripted } from '../../support/played-link.js';
import { FakeStation } from '../fake-station.js';
import { familyDescription } from './family-description.js';

const resource = 'TCPIP::127.0.0.1::5025::SOCKET';
const shipped = driverFiles.names().filter((name) => driverFiles.read(name).family === 'psu');

const file = fileURLToPath(new URL('../../../schemas/commands/psu.schema.json', import.meta.url));

const TITLE = 'Power supply; a model has a part of these, and its description says which';

describe('schemas/commands/psu.schema.json', () => {
  let station: FakeStation;
  let schema: JsonSchema;

  beforeEach(() => {
    station = new FakeStation();
    const context = station.context(
      'psu',
      playedLinks(station.clock, () => scripted(() => undefined)),
    );
    const describe = (options: JsonObject) => psuKind.create(options, context).describe();
    const all = shipped.map((driver) => describe({ driver, resource }));
    schema = commandSchema(familyDescription(TITLE, [describe({}), ...all]), psuExamples);
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

  it('knows what only some of the shipped supplies have', () => {
    const validate = createCompiler()(schema);
    for (const value of ['off', 'series', 'parallel', 'tracking'])
      expect(validate({ command: 'setTracking', arguments: { value } }), value).to.be.empty;
    expect(validate({ command: 'switchRail', arguments: { enabled: true } })).to.be.empty;
  });

  it('refuses a command without its arguments', () => {
    expect(createCompiler()(schema)({ command: 'rampVoltage', channel: 1, arguments: { target: 1 } })).to.not.be.empty;
  });
});
