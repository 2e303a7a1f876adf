import { expect } from 'chai';
import fc from 'fast-check';
import { fromWire, printAnswer, printBits, toWire, valueTold } from '../../../core/driver-file/conversion.js';
import type { ParameterSpec } from '../../../core/driver-file/driver-file.js';
import { HardwareError } from '../../../core/errors.js';
import type { Json } from '../../../core/json-value.js';
import { parameterOf } from './example.js';

const read = (spec: ParameterSpec, answer: string, channel = 1): Json =>
  fromWire(parameterOf({ ask: 'IT?', ...spec }), answer, channel);
const number: ParameterSpec = { type: 'number', unit: 'V' };
const flag: ParameterSpec = { type: 'flag' };
const sense: ParameterSpec = { type: 'choice', words: { local: 'INTernal', remote: 'EXTernal' } };

describe('fromWire', () => {
  const answers: readonly (readonly [string, ParameterSpec, string, Json])[] = [
    ['a number in scientific notation', number, '+1.20000000E+00', 1.2],
    ['a number with its unit behind it', number, '5.00V', 5],
    ['a negative number', number, '-1.5e-3 ', -0.0015],
    ['a number in the wire’s own unit', { ...number, scale: 0.001 }, '250', 0.25],
    ['the part that a pattern means', { ...number, answer: '^V\\d+\\s+(\\S+)' }, 'V2 5.00', 5],
    ['1 as true', flag, '1', true],
    ['+0 as false', flag, '+0', false],
    ['on and off, whatever the words are', { ...flag, words: { true: 'YES', false: 'NO' } }, 'off', false],
    ['a flag by its words', { ...flag, words: { true: 'YES', false: 'NO' } }, ' YES', true],
    ['a choice in its short form', sense, 'INT', 'local'],
    ['a choice in its long form and any case', sense, 'external', 'remote'],
    ['a choice in quotes', { type: 'choice', words: { dc: 'VOLT:DC' } }, '"VOLT:DC"', 'dc'],
    ['a choice by number, however it is printed', { type: 'choice', words: { off: 0, on: 2 } }, '+2.0', 'on'],
    ['a choice by the words of the answer', { ...sense, answerWords: { local: 0, remote: 1 } }, '1', 'remote'],
    ['text without its quotes', { type: 'text' }, '"say ""hello"""', 'say "hello"'],
    ['a bit that is set', { ...flag, bits: { mask: 16 } }, '+48', true],
    ['a bit that is not set', { ...flag, bits: { mask: 16 } }, '32', false],
    ['bits in hexadecimal', { ...flag, bits: { base: 16, mask: 16 } }, '0x10', true],
    ['the bits of its channel', { ...flag, bits: { base: 16, mask: { 1: 16, 2: 32 } } }, '0x10', true],
    ['a choice of bits', { type: 'choice', bits: { mask: 12 }, words: { a: 1, b: 2 } }, '11', 'b'],
    ['a number of bits', { ...number, bits: { mask: 240 } }, '165', 10],
  ];
  for (const [what, spec, answer, value] of answers) {
    it(`takes ${what}`, () => expect(read(spec, answer)).to.deep.equal(value));
  }

  it('takes the bits of the second channel for the second channel', () => {
    expect(read({ ...flag, bits: { base: 16, mask: { 1: 16, 2: 32 } } }, '0x10', 2)).to.equal(false);
  });

  const nonsense: readonly (readonly [string, ParameterSpec, string])[] = [
    ['no number', number, 'VOLT'],
    ['an empty line', number, ''],
    ['an overload', number, '9.90000000E+37'],
    ['not a number of IEEE 488.2', number, '+9.91E+37'],
    ['what does not fit the pattern', { ...number, answer: '^V(\\d)$' }, 'A1'],
    ['neither on nor off', flag, '2'],
    ['an unknown word', sense, 'BOTH'],
    ['bits that are no number', { ...flag, bits: { mask: 1 } }, 'x'],
    ['negative bits', { ...flag, bits: { mask: 1 } }, '-1'],
    ['bits that no word has', { type: 'choice', bits: { mask: 3 }, words: { a: 0 } }, '1'],
  ];
  for (const [what, spec, answer] of nonsense) {
    it(`refuses ${what}, and quotes it`, () => {
      expect(() => read(spec, answer)).to.throw(HardwareError, `it: IT? was answered by "${answer}", which`);
    });
  }

  it('quotes a long answer cut short', () => {
    expect(() => read(number, 'x'.repeat(1_000))).to.throw(HardwareError, /"x{80}"/);
  });
});

describe('toWire', () => {
  const values: readonly (readonly [string, ParameterSpec, Json, string])[] = [
    ['a number as it is', number, 0.1, '0.1'],
    ['a small number', number, 1e-7, '1e-7'],
    ['a number in the wire’s own unit, without noise', { ...number, scale: 0.001 }, 0.3, '300'],
    ['a flag', flag, true, '1'],
    ['a flag by its word', { ...flag, words: { true: 'ON', false: 'OFF' } }, false, 'OFF'],
    ['a choice in its short form', sense, 'local', 'INT'],
    ['text with its quotes doubled', { type: 'text' }, 'a";*RST;"', 'a"";*RST;""'],
  ];
  for (const [what, spec, value, wire] of values) {
    it(`says ${what}`, () => expect(toWire(parameterOf({ tell: 'IT {value}', ...spec }), value)).to.equal(wire));
  }

  const wrong: readonly (readonly [string, ParameterSpec, Json])[] = [
    ['NaN', number, NaN],
    ['infinity', number, Infinity],
    ['a word for a number', number, '5'],
    ['a word that it does not have', sense, 'both'],
    ['a number for a flag', flag, 1],
    ['text of two lines', { type: 'text' }, 'one\n*RST'],
    ['text that Latin-1 does not have', { type: 'text' }, '5 kΩ'],
  ];
  for (const [what, spec, value] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => toWire(parameterOf({ tell: 'IT {value}', ...spec }), value)).to.throw(HardwareError, /^it /);
    });
  }
});

describe('the simulated side', () => {
  const nr3 = { numbers: 'nr3', decimals: 8 } as const;
  const nr2 = { numbers: 'nr2', decimals: 2 } as const;

  it('prints numbers as instruments do', () => {
    const voltage = parameterOf({ ...number, ask: 'V?' });
    expect(printAnswer(voltage, 1.2, 1, nr3)).to.equal('+1.20000000E+00');
    expect(printAnswer(voltage, -1e-12, 1, nr3)).to.equal('-1.00000000E-12');
    expect(printAnswer(voltage, 5, 1, nr2)).to.equal('5.00');
    expect(printAnswer(parameterOf({ ...number, ask: 'V?', scale: 0.001 }), 5, 1, nr2)).to.equal('5000.00');
  });

  it('prints more than the value where the file says so', () => {
    const echo = parameterOf({ ...number, ask: 'V?', printed: 'V{channel} {value}' });
    expect(printAnswer(echo, 5, 2, nr2)).to.equal('V2 5.00');
  });

  it('prints the words of the answer', () => {
    const parameter = parameterOf({ ...sense, ask: 'S?', answerWords: { local: 'HERE', remote: 'THERE' } });
    expect(printAnswer(parameter, 'remote', 1, nr3)).to.equal('THERE');
    expect(printAnswer(parameterOf({ ...flag, ask: 'S?' }), true, 1, nr3)).to.equal('1');
  });

  it('gives the bits of the channel', () => {
    const enabled = parameterOf({ ...flag, ask: 'S?', bits: { base: 16, mask: { 1: 16, 2: 32 } } });
    expect([printAnswer(enabled, true, 2, nr3), printAnswer(enabled, false, 2, nr3)]).to.deep.equal([32, 0]);
    const mode = parameterOf({ type: 'choice', ask: 'S?', bits: { mask: 12 }, words: { a: 1, b: 2 } });
    expect(printAnswer(mode, 'b', 1, nr3)).to.equal(8);
    expect([printBits(16, 16), printBits(16, undefined)]).to.deep.equal(['0x10', '16']);
  });

  it('understands what the driver says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.constantFrom(1, 0.001, 1000, -4050.65),
        (value, scale) => {
          const parameter = parameterOf({ ...number, tell: 'V {value}', scale });
          expect(valueTold(parameter, toWire(parameter, value))).to.be.closeTo(value, Math.abs(value) * 1e-12 + 1e-300);
        },
      ),
    );
    for (const value of ['local', 'remote']) {
      const parameter = parameterOf({
        ...sense,
        tell: 'S {value}',
        ask: 'S?',
        answerWords: { local: 'EXT', remote: 'INT' },
      });
      expect(valueTold(parameter, toWire(parameter, value))).to.equal(value);
      expect(fromWire(parameter, String(printAnswer(parameter, value, 1, nr3)), 1)).to.equal(value);
    }
  });

  it('never throws anything but a DEVICE_FAULT at foreign answers', () => {
    const specs: readonly ParameterSpec[] = [
      number,
      flag,
      sense,
      { type: 'text' },
      { ...flag, bits: { base: 16, mask: 3 } },
    ];
    const parameters = specs.map((spec) => parameterOf({ ask: 'IT?', ...spec }));
    // One character a byte. Those of all Unicode would cost a second to set up.
    const anyAnswer = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });
    fc.assert(
      fc.property(anyAnswer, fc.constantFrom(...parameters), (answer, parameter) => {
        try {
          fromWire(parameter, answer, 1);
        } catch (thrown) {
          if (!(thrown instanceof HardwareError) || thrown.code !== 'DEVICE_FAULT') throw thrown;
        }
      }),
    );
  });
});
