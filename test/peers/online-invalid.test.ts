import { expect } from 'chai';
import fc from 'fast-check';
import { bestMatcher } from '../../connectors/dialects/best-match.js';
import { onlineCommandSchema } from '../../connectors/dialects/online-schema.js';
import type { Json } from '../../core/json-value.js';
import { bestMatchesOf } from '../support/best-match-peer.js';

const COMMANDS = 3_000;

/** A number that prints the same in both languages: JSON cannot tell 2 from 2.0, Python can. */
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
);
/** Texts of characters that every Unicode table has known for long. */
const character = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }) },
  fc.constantFrom('é', 'Ω', '漢', '😀', '\u00a0', '\u00ad', '\u2028', '\ufeff', '\ue000', '\ud800'),
);
const text = fc.array(character, { maxLength: 8 }).map((characters) => characters.join(''));
/** Keys that no engine takes for an index, which JavaScript would put in front. */
const key = text.map((name) => `k${name}`);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 'command', 'set_voltage', 'set_voltage_and_check', '1', 1),
    number,
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const field = (right: Json) => fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, value);
const command = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      {
        type: field('command'),
        command_type: fc.oneof(field('set_voltage'), field('set_voltage_and_check')),
        block: field('1'),
        voltage: field(100),
        max_error: field(5),
        timeout: field(20),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: value },
);

describe('what an invalid command of Online is told', () => {
  it('is to the character what Python’s jsonschema says, for random commands', () => {
    const commands = fc.sample(command, { numRuns: COMMANDS });
    const mistakeIn = bestMatcher(onlineCommandSchema(['1']));
    const told = bestMatchesOf(commands.map((meta) => JSON.stringify(meta)));
    const differing = commands
      .map((meta, index) => ({ meta, ours: mistakeIn(meta) ?? null, python: told[index] }))
      .filter(({ ours, python }) => ours !== python);
    expect(told).to.have.lengthOf(COMMANDS);
    expect(differing).to.deep.equal([]);
  }).timeout(60_000);
});
