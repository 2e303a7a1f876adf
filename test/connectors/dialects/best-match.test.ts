import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { bestMatcher } from '../../../connectors/dialects/best-match.js';
import { onlineCommandSchema } from '../../../connectors/dialects/online-schema.js';
import type { JsonObject } from '../../../core/json-value.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { anyJson } from '../../core/wire/arbitraries.js';
import { json } from '../../core/wire/vectors.js';

type Vector = { readonly text: string; readonly description: string | null };

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const vectors = read('test/vectors/online-invalid.json') as readonly Vector[];
const written = read('schemas/dialects/online-command.schema.json') as JsonObject;

/** The rules alone, without what is written for people. */
const rulesOf = (schema: unknown): unknown =>
  schema === null || typeof schema !== 'object' || Array.isArray(schema)
    ? schema
    : Object.fromEntries(
        Object.entries(schema)
          .filter(([key]) => !['$schema', 'title', 'description', 'examples'].includes(key))
          .map(([key, value]) => [key, rulesOf(value)]),
      );

describe('best match', () => {
  const mistakeIn = bestMatcher(onlineCommandSchema(['1']));

  for (const { text, description } of vectors) {
    it(`says of ${text.slice(0, 110)} what Python says: ${(description ?? 'nothing').slice(0, 80)}`, () => {
      expect(mistakeIn(json(text)) ?? null).to.equal(description);
    });
  }

  it('names the blocks of a rack that has more of them', () => {
    const ofTwo = bestMatcher(onlineCommandSchema(['1', '2']));
    const command = { type: 'command', command_type: 'set_voltage', voltage: 1 };
    expect(ofTwo({ ...command, block: '2' })).to.equal(undefined);
    expect(ofTwo({ ...command, block: 3 })).to.equal("3 is not one of [1, '1', 2, '2']");
  });

  it('takes only what a message brings itself, not what every object inherits', () => {
    expect(bestMatcher({ required: ['constructor'] })({})).to.equal("'constructor' is a required property");
  });

  it('finds fault where ajv does, and only there', () => {
    const violationsOf = createCompiler()(onlineCommandSchema(['1']));
    const word = fc.constantFrom('command', 'set_voltage', 'set_voltage_and_check', '1', 1, 5, 2.5);
    // A bigint is a number to Python and none to ajv.
    const field = fc.oneof(
      word,
      anyJson.filter((value) => typeof value !== 'bigint'),
    );
    const meta = fc.record(
      { type: field, command_type: field, block: field, voltage: field, max_error: field, timeout: field },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(meta, (value) => {
        expect(mistakeIn(value) === undefined).to.equal(violationsOf(value).length === 0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('schemas/dialects/online-command.schema.json', () => {
  it('has the rules that are applied, in the same order', () => {
    expect(JSON.stringify(rulesOf(written))).to.equal(JSON.stringify(onlineCommandSchema(['1'])));
  });

  it('accepts its own examples', () => {
    const violationsOf = createCompiler()(written);
    for (const example of written['examples'] as readonly JsonObject[]) expect(violationsOf(example)).to.deep.equal([]);
  });
});
