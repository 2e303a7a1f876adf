import { expect } from 'chai';
import { checkDriverFile } from '../../../core/driver-file/check-driver-file.js';
import type { ActionSpec, DriverFile, ParameterSpec } from '../../../core/driver-file/driver-file.js';
import { example } from './example.js';

const findings = (change: Partial<DriverFile>): readonly string[] =>
  checkDriverFile({ ...example, ...change }).map(({ path, message }) => `${path.join('.')}: ${message}`);
const withParameter = (name: string, spec: ParameterSpec): Partial<DriverFile> => ({
  parameters: { ...example.parameters, [name]: spec },
});
const it1 = { description: 'Something', unit: 'V', ask: 'IT? (@{channel})' };
const withCommand = (spec: ActionSpec, name = 'doIt'): Partial<DriverFile> => ({ commands: { [name]: spec } });
const volts: NonNullable<ActionSpec['arguments']>[string] = { description: 'Something', type: 'number', unit: 'V' };
const does = { description: 'Does something', send: ['DO (@{channel})'] };

/** What is changed, and how the one finding begins. */
const mistakes: readonly (readonly [string, Partial<DriverFile>, string])[] = [
  ['an identity that is no pattern', { identity: { answer: '(' } }, 'identity.answer: Invalid regular expression'],
  [
    'an identity without model',
    { identity: { answer: '^(?<serial>.*)$' } },
    'identity.answer: needs the group (?<model>',
  ],
  [
    'an unknown group',
    { identity: { answer: '^(?<model>.*)(?<colour>.*)$' } },
    'identity.answer: has a group colour; those that are read are manufacturer',
  ],
  [
    'a pattern for no error that is none',
    { errorQueue: { ask: 'ERR?', none: '[', size: 1 } },
    'errorQueue.none: Invalid',
  ],
  [
    'a placeholder in what is said at the start',
    { initialize: [{ send: 'A {value}' }] },
    'initialize.0.send: has {value}',
  ],
  ['two commands in one', { release: [{ send: 'A 1;B' }] }, 'release.0.send: "A 1;B" is more than one command'],
  ['a selection without channel', { select: 'INST 1' }, 'select: does not say which channel is meant'],
  [
    'a model without channels beside one with',
    { models: { ...example.models, One: {} } },
    'models.One: has no channels, but others of the file have',
  ],
  [
    'a lack of nothing',
    { models: { Two: { channels: { 1: { without: ['x'] } } } } },
    'models.Two.channels.1.without.0: there is no',
  ],
  [
    'limits of nothing',
    { models: { Two: { channels: { 1: {} }, limits: { x: { minimum: 1 } } } } },
    'models.Two.limits.x: there is no',
  ],
  [
    'limits of a flag',
    { models: { Two: { channels: { 1: { limits: { enabled: { minimum: 1 } } } } } } },
    'models.Two.channels.1.limits.enabled: enabled is no number',
  ],
  [
    'limits of what cannot be set',
    { models: { Two: { channels: { 1: { limits: { voltage: { minimum: 1 } } } } } } },
    'models.Two.channels.1.limits.voltage: voltage cannot be set',
  ],
  [
    'limits upside down',
    { models: { Two: { channels: { 1: { limits: { voltageSetpoint: { minimum: 2, maximum: 1 } } } } } } },
    'models.Two.channels.1.limits.voltageSetpoint: 2..1 lets nothing pass',
  ],
  [
    'a parameter that nobody describes',
    withParameter('it', { unit: 'V', ask: 'IT? (@{channel})' }),
    'parameters.it: needs a description',
  ],
  [
    'a parameter that does nothing',
    withParameter('it', { description: 'It', unit: 'V' }),
    'parameters.it: has neither `ask` nor `tell`',
  ],
  [
    'a number without unit',
    withParameter('it', { description: 'It', ask: 'IT? (@{channel})' }),
    'parameters.it: is a number without unit',
  ],
  ['a flag with a unit', withParameter('it', { ...it1, type: 'flag' }), 'parameters.it.unit: is a flag'],
  ['a scale of nothing', withParameter('it', { ...it1, scale: 0 }), 'parameters.it.scale: must not be 0'],
  [
    'a supply that measures in millivolts',
    withParameter('voltage', { ask: 'V? (@{channel})', unit: 'mV' }),
    'parameters.voltage.unit: is V in every psu file, not mV; `scale`',
  ],
  [
    'a choice of nothing',
    withParameter('mode', { ask: 'M? (@{channel})' }),
    'parameters.mode: is a choice without `words`',
  ],
  [
    'two words for one',
    withParameter('mode', { ask: 'M? (@{channel})', words: { a: 'X', b: 'x' } }),
    'parameters.mode.words.b: is x on the wire, as a is',
  ],
  [
    'an answer that not every word has',
    withParameter('mode', { ask: 'M? (@{channel})', words: { a: 'X', b: 'Y' }, answerWords: { a: 1 } }),
    'parameters.mode.answerWords: has no b',
  ],
  [
    'a flag with half its words',
    withParameter('enabled', { tell: 'OUT {value},(@{channel})', words: { true: 1 } }),
    'parameters.enabled.words: has no word for false',
  ],
  [
    'a word of no flag',
    withParameter('enabled', { tell: 'OUT {value},(@{channel})', words: { true: 1, false: 0, maybe: 2 } }),
    'parameters.enabled.words.maybe: is no word of a flag',
  ],
  ['a number with words', withParameter('it', { ...it1, words: { one: 1 } }), 'parameters.it.words: is a number'],
  ['a pattern without group', withParameter('it', { ...it1, answer: '^V' }), 'parameters.it.answer: has 0 groups'],
  [
    'a pattern with two groups',
    withParameter('it', { ...it1, answer: '(V)(A)' }),
    'parameters.it.answer: has 2 groups',
  ],
  [
    'a pattern without a query',
    withParameter('it', { description: 'It', unit: 'V', tell: 'IT {value},(@{channel})', answer: '(.)' }),
    'parameters.it.answer: is about an answer',
  ],
  [
    'a query for nobody',
    withParameter('it', { ...it1, ask: 'IT?' }),
    'parameters.it.ask: does not say which channel is meant',
  ],
  [
    'a value in a query',
    withParameter('it', { ...it1, ask: 'IT? {value},(@{channel})' }),
    'parameters.it.ask: has {value}; known here: {channel}',
  ],
  [
    'a channel of the whole device',
    withParameter('it', { ...it1, scope: 'manager' }),
    'parameters.it.ask: has {channel}; this is said to the whole device',
  ],
  [
    'a command without value',
    withParameter('it', { ...it1, tell: 'IT 1,(@{channel})' }),
    'parameters.it.tell: does not say the value',
  ],
  [
    'text that could get out',
    withParameter('it', { description: 'It', type: 'text', tell: 'IT {value},(@{channel})' }),
    'parameters.it.tell: has {value}, a text, outside of quotes',
  ],
  [
    'a header that is none',
    withParameter('it', { ...it1, ask: 'IT[? (@{channel})' }),
    'parameters.it.ask: "IT[" has brackets',
  ],
  [
    'limits of one that is read only',
    withParameter('it', { ...it1, limits: { minimum: 0 } }),
    'parameters.it.limits: cannot be set',
  ],
  [
    'a query for limits of nobody',
    withParameter('it', { ...it1, tell: 'IT {value},(@{channel})', limits: { minimum: 'IT? MIN' } }),
    'parameters.it.limits.minimum: does not say which channel',
  ],
  [
    'bits of a channel that is missing',
    withParameter('it', { description: 'It', type: 'flag', ask: 'IT?', bits: { mask: { 1: 1, 2: 2 } } }),
    'parameters.it.bits.mask: has nothing for channel 3 of Three',
  ],
  ['bits of a text', withParameter('it', { ...it1, type: 'text', bits: { mask: 1 } }), 'parameters.it.unit: is a text'],
  [
    'a start outside the limits',
    withParameter('it', { ...it1, tell: 'IT {value},(@{channel})', limits: { maximum: 1 }, initial: 2 }),
    'parameters.it.initial: it 2 V is outside',
  ],
  [
    'a start of the wrong type',
    withParameter('it', { ...it1, initial: true }),
    'parameters.it.initial: must be a number',
  ],
  [
    'a start that is no choice',
    withParameter('mode', { ask: 'M? (@{channel})', words: { a: 1 }, initial: 'b' }),
    'parameters.mode.initial: must be one of a, not b',
  ],
  ['a command that nobody describes', withCommand({ send: ['DO (@{channel})'] }), 'commands.doIt: needs a description'],
  [
    'words that are the same in their short form',
    withParameter('sense', { ask: 'IT? (@{channel})', type: 'choice', words: { local: 'INTernal', remote: 'INT' } }),
    'parameters.sense.words.remote: is INT on the wire, as local is',
  ],
  [
    'a command that every supply has',
    withCommand(does, 'switchOff'),
    'commands.switchOff: is what every psu manager has already',
  ],
  [
    'a command with the name of a parameter',
    withCommand(does, 'tracking'),
    'commands.tracking: is the name of a parameter as well',
  ],
  ['a parameter that every object has', withParameter('constructor', it1), 'parameters.constructor: is a word of the'],
  ['a command that every object has', withCommand(does, 'valueOf'), 'commands.valueOf: is a word of the language'],
  [
    'an argument that every object has',
    withCommand({
      description: 'Does something',
      send: ['DO {toString},(@{channel})'],
      arguments: { toString: volts },
    }),
    'commands.doIt.arguments.toString: is a word of the language',
  ],
  [
    'a relay of a whole supply',
    withParameter('enabled', { ask: 'OUTPut?', tell: 'OUTPut {value}', scope: 'manager' }),
    'parameters.enabled.scope: is of each output of a supply',
  ],
  ['a command that every manager has', withCommand(does, 'makeSafe'), 'commands.makeSafe: is what every manager has'],
  [
    'a command that sets a parameter',
    withCommand(does, 'setVoltageSetpoint'),
    'commands.setVoltageSetpoint: is the command that sets',
  ],
  ['a command to nobody', withCommand({ ...does, send: ['DO'] }), 'commands.doIt.send: does not say which channel'],
  [
    'an early query',
    withCommand({ ...does, send: ['DO? (@{channel})', 'DO (@{channel})'] }),
    'commands.doIt.send.0: is a query',
  ],
  ['an unknown argument', withCommand({ ...does, send: ['DO {far},(@{channel})'] }), 'commands.doIt.send.0: has {far}'],
  [
    'an argument that is not used',
    withCommand({ ...does, arguments: { far: { description: 'How far', type: 'flag' } } }),
    'commands.doIt.arguments.far: is not used',
  ],
  [
    'an effect on nothing',
    withCommand({ ...does, simulate: { x: 1 } }),
    'commands.doIt.simulate.x: there is no such parameter',
  ],
  [
    'an effect of the wrong type',
    withCommand({ ...does, simulate: { enabled: 1 } }),
    'commands.doIt.simulate.enabled: must be a boolean',
  ],
];

describe('checkDriverFile', () => {
  it('finds nothing wrong with a file that is right', () => {
    expect(findings({})).to.deep.equal([]);
  });

  for (const [what, change, text] of mistakes) {
    it(`finds ${what}`, () => {
      const found = findings(change);
      expect(
        found.some((line) => line.startsWith(text)),
        found.join('\n'),
      ).to.equal(true);
    });
  }

  it('tells everything at once', () => {
    expect(
      findings({ identity: { answer: '(' }, select: 'INST 1', release: [{ send: 'A;B 1;C' }] }),
    ).to.have.length.above(1);
  });

  it('needs a supply to have outputs that can be set and switched off', () => {
    const { voltage = {} } = example.parameters;
    const found = findings({ parameters: { voltage }, models: { Two: {} }, commands: {} }).join('\n');
    expect(found).to.contain('models: a supply has channels');
    expect(found).to.contain('a supply needs voltageSetpoint with a `tell`');
    expect(found).to.contain('a supply needs enabled with a `tell`');
  });

  it('needs no channel where one is selected first', () => {
    const parameters = { ...example.parameters, voltage: { ask: 'MEAS?' } };
    expect(findings({ parameters, select: 'INST {channel}' })).to.deep.equal([]);
  });

  it('needs no channel where there is only one', () => {
    const parameters = { ...example.parameters, voltage: { ask: 'MEAS?' } };
    expect(findings({ parameters, models: { Two: { channels: { 1: {} } } } })).to.deep.equal([]);
  });

  it('lets a selection stand only where there are channels', () => {
    expect(findings({ models: { Two: {} }, select: 'INST {channel}' }).join('\n')).to.contain(
      'select: there are no channels',
    );
  });
});
