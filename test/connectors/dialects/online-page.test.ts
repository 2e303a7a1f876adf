import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { onlineDialect } from '../../../connectors/dialects/online.js';
import { problem } from '../../../core/errors.js';
import { topicOf, type Output, type OutputBody } from '../../../core/message.js';
import { commandOf } from '../../support/commands.js';
import { json } from '../../core/wire/vectors.js';

const page = readFileSync(new URL('../../../docs/protocols/online-hv.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => JSON.stringify(json(line)));

const dialect = onlineDialect({ blocks: { '1': 'hv/1' }, errorCode: 5, answers: 'everyone', errors: 'everyone' });
const origin = { connector: 'online', peer: '1' };
const stamp = { manager: 'hv', epoch: 1, seq: 1, previous: 0, timeMs: 0 };
const said = (body: OutputBody): Output => ({ ...stamp, topic: topicOf('hv', body), ...body });

const command = commandOf({ manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage: 18_000 } });
const check = { ...command, command: 'setVoltageAndCheck' };
const offline = { code: 'TIMEOUT', reason: 'no answer within 2000 ms' };
const outputs: readonly OutputBody[] = [
  { type: 'reply', command, value: {} },
  { type: 'reply', command: check, value: { status: 'ok', voltage: 17_998.5 } },
  { type: 'reply', command: check, value: { status: 'timeout', voltage: 12_000.25 } },
  { type: 'reading', channel: 1, parameter: 'voltage', value: 17_998.5, quality: 'good', timeMs: 0 },
  { type: 'failure', command, problem: problem('BUSY', 'hv/1 setVoltage has been running for 1.0 s') },
  { type: 'event', event: 'offline', details: offline },
];
const spoken = [
  ...outputs.flatMap((output) => dialect.toFrames(said(output))),
  ...dialect.onBadFrame(problem('BAD_MESSAGE', 'meta is not JSON: Unexpected end of JSON input'), 0),
].map(({ meta }) => JSON.stringify(meta));

const understood = (meta: string) => dialect.understand({ meta: json(meta), timeMs: 0 }, origin, 0);
const commands = examples.filter((example) => example.includes('"type":"command"'));
const answers = examples.filter((example) => !commands.includes(example));

describe('docs/protocols/online-hv.md', () => {
  it('shows both commands, every answer and every code', () => {
    expect([commands.length, answers.length]).to.deep.equal([2, 8]);
  });

  for (const example of commands) {
    it(`shows a command that is understood: ${example.slice(0, 80)}`, () => {
      expect(understood(example)).to.have.property('request');
    });
  }

  for (const example of answers) {
    it(`shows what is said, to the letter: ${example.slice(0, 100)}`, () => {
      const refused = understood('{}');
      const all = [...spoken, ...('answer' in refused ? refused.answer.map(({ meta }) => JSON.stringify(meta)) : [])];
      expect(all).to.include(example);
    });
  }
});
