import { expect } from 'chai';
import fc from 'fast-check';
import { clientFrameSchema } from '../../../connectors/native/client-frame-schema.js';
import { clientFrameReader } from '../../../core/native/client-frame.js';
import { MAX_PATTERN_LENGTH, MAX_PATTERNS } from '../../../core/native/protocol.js';
import { createCompiler } from '../../../schemas/compiler.js';

const read = clientFrameReader(clientFrameSchema(), createCompiler());
const refusalOf = (text: string): string => {
  const result = read(text);
  return result.type === 'bad' ? `${result.problem.code}: ${result.problem.message}` : 'accepted';
};

describe('the reader of client frames', () => {
  it('takes every example of the schema as it is', () => {
    const examples = clientFrameSchema()['examples'] as readonly unknown[];
    expect(examples).to.have.length(6);
    for (const frame of examples) expect(read(JSON.stringify(frame))).to.deep.equal({ type: 'frame', frame });
  });

  it('says the same limits of patterns in the schema and in the code', () => {
    const frame = (count: number, length: number): string =>
      JSON.stringify({ type: 'subscribe', patterns: Array.from({ length: count }, () => 'a'.repeat(length)) });
    expect(refusalOf(frame(MAX_PATTERNS, MAX_PATTERN_LENGTH))).to.equal('accepted');
    expect(refusalOf(frame(MAX_PATTERNS + 1, 1))).to.contain('patterns');
    expect(refusalOf(frame(1, MAX_PATTERN_LENGTH + 1))).to.contain('patterns/0');
  });

  const refusals: readonly (readonly [title: string, text: string, reason: RegExp])[] = [
    ['no JSON', '{"type":', /^BAD_MESSAGE: no JSON: /],
    ['an array', '[1,2]', /^BAD_MESSAGE: a frame is one JSON object/],
    ['a number', '5', /^BAD_MESSAGE: a frame is one JSON object/],
    ['null', 'null', /^BAD_MESSAGE: a frame is one JSON object/],
    ['no type', '{}', /^BAD_MESSAGE: a frame without a type .*hello, describe, subscribe, get, command, ping/],
    ['a foreign type', '{"type":"set_voltage"}', /^BAD_MESSAGE: "set_voltage" is no frame type; there are: hello/],
    ['the name of an object method', '{"type":"constructor"}', /is no frame type/],
    ['a misspelt field', '{"type":"command","manager":"a","command":"b","args":{}}', /"command" frame: .*args/],
    ['a missing field', '{"type":"subscribe"}', /"subscribe" frame: .*patterns/],
    ['arguments that are no object', '{"type":"command","manager":"a","command":"b","arguments":[]}', /arguments/],
    ['65 levels', `{"type":"command","arguments":${'['.repeat(64)}${']'.repeat(64)}}`, /nested deeper than 64/],
    ['10^6 levels', '['.repeat(1_000_000), /nested deeper than 64/],
    ['more than 1 MiB', ' '.repeat(2 ** 20 + 1), /^TOO_LARGE: frame of 1048577 characters, the limit is 1048576$/],
  ];
  for (const [title, text, reason] of refusals)
    it(`refuses ${title} in words`, () => {
      expect(refusalOf(text)).to.match(reason);
    });

  it('gives the id of a frame that it refuses, so that the answer finds its question', () => {
    expect(read('{"type":"describe","id":7,"what":1}')).to.include({ type: 'bad', id: 7 });
    expect(read('{"type":"nonsense","id":"a"}')).to.include({ type: 'bad', id: 'a' });
    expect(read('{"type":"nonsense","id":{}}')).not.to.have.property('id');
  });

  it('keeps a 64-bit integer among the arguments', () => {
    const result = read('{"type":"command","manager":"a","command":"b","arguments":{"n":9007199254740993}}');
    expect(result).to.have.nested.property('frame.arguments.n', 9007199254740993n);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => `{"type":"get","patterns":${text}}`),
        ),
        (text) => {
          expect(read(text).type).to.be.oneOf(['frame', 'bad']);
        },
      ),
    );
  });
});
