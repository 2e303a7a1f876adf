import { expect } from 'chai';
import fc from 'fast-check';
import { matchTemplate, render, template, withArgument } from '../../../core/driver-file/template.js';
import { parseProgramMessage } from '../../../core/wire/scpi.js';

const match = (text: string, message: string) => {
  const [unit] = parseProgramMessage(message);
  return unit && matchTemplate(template(text), unit);
};

const sent: readonly (readonly [string, { readonly [name: string]: string | number }, string])[] = [
  ['[SOURce:]VOLTage[:LEVel] {value},(@{channel})', { value: 5, channel: 2 }, 'VOLT 5,(@2)'],
  ['VOLTage? MAX,(@{channel})', { channel: 2 }, 'VOLT? MAX,(@2)'],
  ['MEASure[:SCALar]:VOLTage[:DC]? (@{channel})', { channel: 1 }, 'MEAS:VOLT? (@1)'],
  ['CH{channel}:VOLTage {value}', { value: 1.5, channel: 1 }, 'CH1:VOLT 1.5'],
  ['OUTPut CH{channel},{value}', { value: 'ON', channel: 3 }, 'OUTP CH3,ON'],
  ['V{channel}O?', { channel: 1 }, 'V1O?'],
  ['OUT {value} V', { value: '1e-3' }, 'OUT 1e-3 V'],
  ['DISPlay:TEXT "{value}"', { value: 'a;b' }, 'DISP:TEXT "a;b"'],
];

const understood: readonly (readonly [string, string, { readonly [name: string]: string } | undefined])[] = [
  ['[SOURce:]VOLTage {value},(@{channel})', 'volt 5 , (@2)', { value: '5', channel: '2' }],
  ['VOLTage {value},(@{channel})', 'VOLTAGE 5,(@1:3)', { value: '5', channel: '1:3' }],
  ['VOLTage {value},(@{channel})', 'VOLT 5,( @1 , 3)', { value: '5', channel: '1,3' }],
  ['VOLTage {value},(@{channel})', 'VOLT 5', { value: '5' }],
  ['VOLTage {value},(@{channel})', 'VOLT', undefined],
  ['VOLTage {value},(@{channel})', 'VOLT 5,6', undefined],
  ['VOLTage {value},(@{channel})', 'VOLT? (@1)', undefined],
  ['VOLTage? (@{channel})', 'VOLT? (@1,3)', { channel: '1,3' }],
  ['VOLTage? (@{channel})', 'VOLT?', {}],
  ['VOLTage? (@{channel})', 'VOLT? MAX,(@2)', undefined],
  ['VOLTage? MAX,(@{channel})', 'VOLT? maximum,(@2)', { channel: '2' }],
  ['VOLTage? MAX,(@{channel})', 'VOLT? MAX', {}],
  ['VOLTage? MAX,(@{channel})', 'VOLT? MIN,(@2)', undefined],
  ['CH{channel}:VOLTage {value}', 'CH2:VOLT 3', { value: '3', channel: '2' }],
  ['OUTPut CH{channel},{value}', 'OUTP ch1,ON', { value: 'ON', channel: '1' }],
  ['OUT {value} V', 'OUT 5.2V', { value: '5.2' }],
  ['OUT {value} V', 'out 5.2 v', { value: '5.2' }],
  ['OUT {value} V', 'OUT 5 MV', undefined],
  ['OUT {value} V', 'OUT 5 HZ', undefined],
  ['CONFigure:VOLTage:DC 10,0.00001', 'CONF:VOLT:DC 10,0.00001', {}],
  ['DISPlay:TEXT "{value}"', 'DISP:TEXT "it""s; here"', { value: '"it""s; here"' }],
  ['DISPlay:TEXT "{value}"', 'DISP:TEXT word', undefined],
  ['OUTPut:TRACk INDependent', 'OUTP:TRAC independent', {}],
];

describe('a template of a driver file', () => {
  for (const [text, values, message] of sent) {
    it(`${text} is sent as ${message}`, () => {
      expect(render(template(text), values)).to.equal(message);
    });
  }

  for (const [text, message, values] of understood) {
    it(`${text} takes ${message} as ${JSON.stringify(values)}`, () => {
      expect(match(text, message)).to.deep.equal(values);
    });
  }

  it('matches what it renders', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'A {value},(@{channel})',
          'CH{channel}:ABC {value}',
          'ABCd CH{channel},{value}',
          'V{channel} {value} V',
        ),
        fc.integer({ min: 0, max: 999 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (text, channel, value) => {
          const wanted = template(text);
          expect(match(text, render(wanted, { channel, value }))).to.deep.equal({
            channel: String(channel),
            value: String(value),
          });
        },
      ),
    );
  });

  it('takes one argument more where it is told to', () => {
    expect(render(withArgument(template('VOLTage? (@{channel})'), 'MAX'), { channel: 2 })).to.equal('VOLT? MAX,(@2)');
    expect(render(withArgument(template('VOLTage?'), 'MIN'), {})).to.equal('VOLT? MIN');
  });

  it('does not let a value become a second command', () => {
    expect(() => render(template('NAME {value}'), { value: '1;*RST' })).to.throw('more than one command');
    expect(() => render(template('NAME "{value}"'), { value: 'a\n*RST' })).to.throw('more than one command');
  });

  it('names the value that is missing', () => {
    expect(() => render(template('VOLTage {value},(@{channel})'), { value: 1 })).to.throw('no value for {channel}');
  });

  it('is one command', () => {
    expect(() => template('VOLT 1;CURR 2')).to.throw('more than one command');
  });
});
