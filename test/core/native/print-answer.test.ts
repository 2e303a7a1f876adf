import { expect } from 'chai';
import fc from 'fast-check';
import { errorCodes, type ErrorCode, type Problem } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json-value.js';
import type { Command, Failure, Origin, Reply, Stamp } from '../../../core/message.js';
import { answerPrinter, type PrintAnswer } from '../../../core/native/print-answer.js';
import { printFrame } from '../../../core/native/print-frame.js';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('hv', 'set "x"\\', 'Напряжение\n'));
const value = fc.jsonValue() as fc.Arbitrary<Reply['value']>;
const object = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;

/** Every field is named, so that a new one does not compile until it is printed and tested. */
const stamp: fc.Arbitrary<Stamp> = fc.record<Required<Stamp>>({
  manager: text,
  topic: text,
  epoch: fc.nat(),
  seq: fc.nat(),
  previous: fc.nat(),
  timeMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
});
const origin = fc.record<Required<Origin>>({ connector: text, peer: text, session: text, name: text, role: text });
const command = fc.record<Required<Command>, Exclude<keyof Command, 'channel' | 'id' | 'validUntilMs'>>(
  {
    type: fc.constant('command' as const),
    reference: fc.nat(),
    manager: text,
    command: text,
    arguments: object,
    origin,
    channel: fc.oneof(text, fc.double()),
    id: fc.oneof(text, fc.integer()),
    validUntilMs: fc.double(),
  },
  { requiredKeys: ['type', 'reference', 'manager', 'command', 'arguments', 'origin'] },
);
const codes = Object.keys(errorCodes) as ErrorCode[];
const problem = fc.record<Required<Problem>, 'code' | 'message'>(
  { code: fc.constantFrom(...codes), message: text, details: object },
  { requiredKeys: ['code', 'message'] },
);
const reply = fc
  .tuple(stamp, command, value)
  .map(([at, asked, found]): Reply => ({ type: 'reply', command: asked, value: found, ...at }));
const failure = fc
  .tuple(stamp, command, problem)
  .map(([at, asked, reason]): Failure => ({ type: 'failure', command: asked, problem: reason, ...at }));

describe('the printer of answers', () => {
  let print: PrintAnswer;
  beforeEach(() => {
    print = answerPrinter();
  });

  it('says the same as the printer of frames, field by field', () => {
    fc.assert(
      fc.property(fc.oneof(reply, failure), (answer) => {
        expect(JSON.parse(print(answer))).to.deep.equal(JSON.parse(printFrame(answer)));
      }),
    );
  });

  it('keeps 64-bit integers', () => {
    const [sample] = fc.sample(reply, 1);
    if (sample === undefined) throw new Error('no sample');
    expect(print({ ...sample, value: 2n ** 63n })).to.contain('"value":9223372036854775808');
    const asked = { ...sample.command, arguments: { n: 2n ** 60n } };
    expect(print({ ...sample, command: asked })).to.contain('"n":1152921504606846976');
  });

  it('does not take one client for another', () => {
    const [sample] = fc.sample(reply, 1);
    if (sample === undefined) throw new Error('no sample');
    const asked = (peer: string): Reply => ({
      ...sample,
      command: { ...sample.command, origin: { connector: 'web', peer } },
    });
    expect(print(asked('a'))).to.contain('"peer":"a"');
    expect(print(asked('b'))).to.contain('"peer":"b"');
  });
});
