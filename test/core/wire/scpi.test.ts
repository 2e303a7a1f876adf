import { expect } from 'chai';
import fc from 'fast-check';
import {
  booleanOf,
  channelsInList,
  leadingNumber,
  parseProgramMessage,
  splitArguments,
  type ProgramUnit,
} from '../../../core/wire/scpi.js';

/** `header?|args` of each unit. */
const shown = (units: readonly ProgramUnit[]): readonly string[] =>
  units.map(({ header, isQuery, args }) => `${header}${isQuery ? '?' : ''}|${args}`);

const messages: readonly (readonly [message: string, units: readonly string[]])[] = [
  ['*IDN?', ['*IDN?|']],
  ['  VOLT 5,(@2) ', ['VOLT|5,(@2)']],
  ['VOLT? MAX,(@2)', ['VOLT?|MAX,(@2)']],
  ['VOLT?(@2)', ['VOLT?|(@2)']],
  ['volt?\t(@1:3)', ['volt?|(@1:3)']],
  [':VOLT 5', ['VOLT|5']],
  ['VOLT 5;CURR 1', ['VOLT|5', 'CURR|1']],
  ['SOUR:VOLT 5;CURR 1', ['SOUR:VOLT|5', 'SOUR:CURR|1']],
  ['SOUR:VOLT:LEV 5;PROT 6;:OUTP ON', ['SOUR:VOLT:LEV|5', 'SOUR:VOLT:PROT|6', 'OUTP|ON']],
  ['SOUR:VOLT 5;*OPC?;CURR?', ['SOUR:VOLT|5', '*OPC?|', 'SOUR:CURR?|']],
  ['DISP:TEXT "a;b";CLE', ['DISP:TEXT|"a;b"', 'DISP:CLE|']],
  ["DISP:TEXT 'it''s; so';CLE", ["DISP:TEXT|'it''s; so'", 'DISP:CLE|']],
  ['DATA #15a;b;c;*OPC?', ['DATA|#15a;b;c', '*OPC?|']],
  ['DATA #0a;b;c', ['DATA|#0a;b;c']],
  ['*ESE #H1F;*SRE 32', ['*ESE|#H1F', '*SRE|32']],
  ['DATA "open;*RST', ['DATA|"open;*RST']],
  ['DATA #9999999999;*RST', ['DATA|#9999999999;*RST']],
  ['V1 5;OP1 1', ['V1|5', 'OP1|1']],
  [';; ;*CLS;', ['*CLS|']],
  [':', []],
  ['', []],
];

describe('a program message', () => {
  for (const [message, units] of messages) {
    it(`${JSON.stringify(message)} has ${units.length} units`, () => {
      expect(shown(parseProgramMessage(message))).to.deep.equal(units);
    });
  }

  it('never throws, and gives no unit without a header', () => {
    const hostile = fc.array(fc.constantFrom(...':;,"\'#()@*? 19AVé\n\0'.split(''), 'VOLT', '(@', '#9'));
    fc.assert(
      fc.property(hostile, (pieces) => {
        const units = parseProgramMessage(pieces.join(''));
        expect(units.every(({ header, isQuery }) => header !== '' || isQuery)).to.equal(true);
        for (const { args } of units) splitArguments(args).forEach(channelsInList);
      }),
    );
  });

  for (const piece of ['A:B;', ';', '"', '(', '#1', ' ', 'A:', '#9']) {
    it(`takes a megabyte of ${JSON.stringify(piece)} in linear time`, () => {
      const startedAt = performance.now();
      parseProgramMessage(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - startedAt).to.be.below(1_500);
    });
  }
});

describe('an argument list', () => {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['5', ['5']],
    ['5 , (@1,3)', ['5', '(@1,3)']],
    ['CH2,5,0.5', ['CH2', '5', '0.5']],
    ['"a,b",2', ['"a,b"', '2']],
    ['#3003a,b,1', ['#3003a,b', '1']],
    ['1,', ['1', '']],
  ];
  for (const [text, parts] of lists) {
    it(`${JSON.stringify(text)} has ${parts.length} parts`, () => {
      expect(splitArguments(text)).to.deep.equal(parts);
    });
  }
});

describe('a channel list', () => {
  const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['(@1)', ['1']],
    ['(@1,3)', ['1', '3']],
    ['(@1:3)', ['1', '2', '3']],
    ['(@3:1)', ['3', '2', '1']],
    ['( @ 1 , 2 )', ['1', '2']],
    ['1,3', ['1', '3']],
    ['2', ['2']],
    ['(@)', undefined],
    ['(@1', undefined],
    ['(@1:)', undefined],
    ['(@1:999999)', undefined],
    ['', undefined],
  ];
  for (const [text, channels] of lists) {
    it(`${JSON.stringify(text)} names ${channels?.join(' ') ?? 'nothing'}`, () => {
      expect(channelsInList(text)).to.deep.equal(channels);
    });
  }
});

describe('a number in front of a text', () => {
  const texts: readonly (readonly [string, number | undefined])[] = [
    ['+1.20000000E+00', 1.2],
    ['-8.75e-06', -8.75e-6],
    ['5.00V', 5],
    [' .5 A', 0.5],
    ['5.', 5],
    ['V1 5.00', undefined],
    ['1e999', undefined],
    ['nan', undefined],
    ['', undefined],
  ];
  for (const [text, value] of texts) {
    it(`${JSON.stringify(text)} is ${value}`, () => {
      expect(leadingNumber(text)).to.equal(value);
    });
  }
});

describe('a boolean', () => {
  const texts: readonly (readonly [string, boolean | undefined])[] = [
    ['1', true],
    ['0', false],
    ['on', true],
    [' OFF ', false],
    ['+1.0E+00', true],
    ['+0', false],
    ['2', undefined],
    ['yes', undefined],
    ['', undefined],
  ];
  for (const [text, value] of texts) {
    it(`${JSON.stringify(text)} is ${value}`, () => {
      expect(booleanOf(text)).to.equal(value);
    });
  }
});
