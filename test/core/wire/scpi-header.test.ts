import { expect } from 'chai';
import { headerPattern, shortForm } from '../../../core/wire/scpi-header.js';

const shortForms: readonly (readonly [string, string])[] = [
  ['[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]', 'VOLT'],
  ['[SOURce:]VOLTage[:LEVel]?', 'VOLT?'],
  ['STATus:QUEStionable:INSTrument:ISUMmary{channel}:CONDition?', 'STAT:QUES:INST:ISUM{channel}:COND?'],
  ['CH{channel}:VOLTage', 'CH{channel}:VOLT'],
  ['V{channel}O?', 'V{channel}O?'],
  [':OUTPut:OVP:VALue', ':OUTP:OVP:VAL'],
  ['[:SOURce]:VOLTage[:LEVel[:IMMediate]]', ':VOLT'],
  ['*IDN?', '*IDN?'],
  ['P6V', 'P6V'],
  ['out', 'out'],
];

const matches: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    '[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]',
    ['VOLT', 'volt', 'SOUR:VOLT', 'source:Voltage:lev:IMM:ampl', 'VOLT:AMPL'],
    ['VOL', 'VOLTA', 'VOLT:', ':VOLT', 'SOURVOLT', 'SOUR', 'VOLT:PROT', '', 'VOLT1'],
  ],
  ['[:SOURce]:VOLTage', ['VOLT', 'SOUR:VOLT'], ['SOUR', 'SOUR:SOUR:VOLT']],
  [':OUTPut[:STATe]', ['OUTP', 'OUTPUT:STAT'], ['STAT']],
  ['OUTPut[1]', ['OUTP', 'OUTP1', 'OUTPUT1'], ['OUTP2']],
  ['*IDN', ['*IDN', '*idn'], ['IDN', '**IDN', 'xIDN']],
  ['P6V', ['P6V', 'p6v'], ['P6', 'P25V']],
];

describe('a header of a manual', () => {
  for (const [header, short] of shortForms) {
    it(`${header} is sent as ${short}`, () => {
      expect(shortForm(header)).to.equal(short);
    });
  }

  for (const [pattern, good, bad] of matches) {
    it(`${pattern} is understood in short and long form, with and without what is optional`, () => {
      const { match } = headerPattern(pattern);
      expect(good.filter((header) => match(header) === undefined)).to.deep.equal([]);
      expect(bad.filter((header) => match(header) !== undefined)).to.deep.equal([]);
    });
  }

  it('gives what stands for its placeholders', () => {
    expect(headerPattern('ISUMmary{channel}:COND').match('isummary12:cond')).to.deep.equal({ channel: '12' });
    expect(headerPattern('V{channel}O').match('V1O')).to.deep.equal({ channel: '1' });
    expect(headerPattern('V{channel}O').match('VO')).to.equal(undefined);
  });

  for (const flaw of ['', 'VOLT[:LEV', 'VOLT]', '[VOLT]', 'VOLT AGE', 'VOLT(', '{a b}', 'V|W']) {
    it(`${JSON.stringify(flaw)} is none`, () => {
      expect(() => headerPattern(flaw)).to.throw(/"|header/);
    });
  }
});
