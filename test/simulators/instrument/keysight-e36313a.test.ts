import { expect } from 'chai';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { FakeClock } from '../../support/fake-clock.js';
import { instrumentOf, Talk } from './talk.js';

/** What is said, and the answer; a number: so many milliseconds pass; `~`: near the number behind it. */
type Conversation = readonly (readonly [said: string, answer: string] | number)[];

const conversations: Readonly<Record<string, Conversation>> = {
  'says who it is': [['*IDN?', 'Keysight Technologies,E36313A,MY61004803,2.1.0-1.0.4-1.12']],
  'takes set-points in short and long form, in any case': [
    ['VOLT 5,(@2)', ''],
    ['VOLT? (@2)', '+5.00000000E+00'],
    [':source:voltage:level:immediate:amplitude 1.2,(@1)', ''],
    ['sour:volt? (@1)', '+1.20000000E+00'],
    ['CURR 0.15, (@2)', ''],
    ['curr? (@2)', '+1.50000010E-01'],
  ],
  'reads back in single precision': [
    ['VOLT 16.8,(@2)', ''],
    ['VOLT? (@2)', '+1.67999990E+01'],
  ],
  'takes several channels, and answers with commas': [
    ['VOLT 3,(@1,3)', ''],
    ['VOLT? (@1:3)', '+3.00000000E+00,+0.00000000E+00,+3.00000000E+00'],
    ['OUTP? (@1,2)', '0,0'],
  ],
  'answers several queries in one line': [
    ['VOLT 1,(@1);CURR 0.5,(@1);:OUTP ON,(@1)', ''],
    ['VOLT? (@1);CURR? (@1);:OUTP? (@1);*OPC?', '+1.00000000E+00;+5.00000000E-01;1;1'],
  ],
  'knows its limits': [
    ['VOLT? MAX,(@2)', '+2.57500000E+01'],
    ['volt? minimum,(@2)', '+0.00000000E+00'],
    ['CURR? MIN,(@1)', '+2.00000000E-03'],
    ['VOLT? MAX', '+6.18000000E+00'],
    ['VOLT MAX,(@2)', ''],
    ['VOLT? (@2)', '+2.57500000E+01'],
    ['CURR DEF,(@2)', ''],
    ['CURR? (@2)', '+1.00000000E-01'],
  ],
  'refuses what is out of range, and leaves the setting as it was': [
    ['VOLT 5,(@2)', ''],
    ['VOLT 26,(@2)', ''],
    ['VOLT? (@2)', '+5.00000000E+00'],
    ['SYST:ERR?', '-222,"Data out of range"'],
    ['SYST:ERR?', '+0,"No error"'],
  ],
  'names each sort of refusal': [
    ['VOLTS 5', ''],
    ['SYST:ERR?', '-113,"Undefined header"'],
    ['VOLT', ''],
    ['SYST:ERR?', '-109,"Missing parameter"'],
    ['VOLT 5,6,(@1)', ''],
    ['SYST:ERR?', '-108,"Parameter not allowed"'],
    ['VOLT five,(@1)', ''],
    ['SYST:ERR?', '-104,"Data type error"'],
    ['VOLT 5 OHM,(@1)', ''],
    ['SYST:ERR?', '-131,"Invalid suffix"'],
    ['VOLT 5,(@4)', ''],
    ['SYST:ERR?', '-222,"Data out of range"'],
    ['VOLT NAN,(@1)', ''],
    ['SYST:ERR?', '-222,"Data out of range"'],
    ['OUTP maybe,(@1)', ''],
    ['SYST:ERR?', '-224,"Illegal parameter value"'],
    ['STAT:QUES:INST:ISUM4:COND?', ''],
    ['SYST:ERR?', '-114,"Header suffix out of range"'],
    ['MEAS:VOLT 5', ''],
    ['SYST:ERR?', '-113,"Undefined header"'],
    ['VÖLT 5', ''],
    ['SYST:ERR?', '-101,"Invalid character"'],
    ['1VOLT 5', ''],
    ['SYST:ERR?', '-102,"Syntax error"'],
  ],
  'takes multiples of the unit': [
    ['VOLT 1500 MV,(@2)', ''],
    ['VOLT? (@2)', '+1.50000000E+00'],
    ['CURR 250mA,(@2)', ''],
    ['CURR? (@2)', '+2.50000000E-01'],
  ],
  'goes on after a refused value, and stops at a command that it does not know': [
    ['VOLT 99,(@1);VOLT 2,(@1);FOO;VOLT 3,(@1)', ''],
    ['VOLT? (@1)', '+2.00000000E+00'],
    ['SYST:ERR:COUN?', '2'],
  ],
  'uses the selected channel where none is named': [
    ['INST:NSEL 2', ''],
    ['INST:NSEL?', '2'],
    ['VOLT 4', ''],
    ['VOLT? (@2)', '+4.00000000E+00'],
    ['INST:NSEL 7', ''],
    ['SYST:ERR?', '-222,"Data out of range"'],
  ],
  'switches its outputs, and measures': [
    ['VOLT 5,(@1);CURR 1,(@1);:OUTP 1,(@1)', ''],
    100,
    ['OUTP? (@1)', '1'],
    ['MEAS:VOLT? (@1)', '~5'],
    ['MEAS:SCAL:CURR:DC? (@1)', '~0'],
    ['STAT:QUES:INST:ISUM1:COND?', '2'],
    ['STAT:QUES:INST:ISUM2:COND?', '0'],
    ['OUTP OFF,(@1)', ''],
    600,
    ['MEAS:VOLT? (@1)', '~0'],
  ],
  'trips on too much voltage, and stays off until it is cleared': [
    ['VOLT 5,(@1);:OUTP 1,(@1)', ''],
    500,
    ['VOLT:PROT 4,(@1)', ''],
    10,
    ['VOLT:PROT:TRIP? (@1)', '1'],
    ['OUTP? (@1)', '0'],
    ['OUTP 1,(@1)', ''],
    ['OUTP? (@1)', '0'],
    ['VOLT 3,(@1);:OUTP:PROT:CLE (@1)', ''],
    ['VOLT:PROT:TRIP? (@1)', '0'],
    ['OUTP 1,(@1)', ''],
    ['OUTP? (@1)', '1'],
  ],
  'programs both of a pair': [
    ['OUTP:PAIR TRACK', ''],
    ['OUTP:PAIR?', 'TRAC'],
    ['VOLT 7,(@2)', ''],
    ['VOLT? (@3)', '+7.00000000E+00'],
    ['VOLT? (@1)', '+0.00000000E+00'],
  ],
  'forgets its settings on *RST, and keeps its errors': [
    ['VOLT 5,(@2);:OUTP 1,(@1,2,3)', ''],
    ['BAD', ''],
    ['*RST', ''],
    ['VOLT? (@2);:OUTP? (@1:3)', '+0.00000000E+00;0,0,0'],
    ['SYST:ERR?', '-113,"Undefined header"'],
  ],
  'has the event status of IEEE 488.2': [
    ['*ESR?', '128'],
    ['*ESR?', '0'],
    ['FOO', ''],
    ['VOLT 99,(@1)', ''],
    ['*OPC', ''],
    ['*ESE 60;*ESE?', '60'],
    ['*SRE 255;*SRE?', '191'],
    ['*STB?', '100'],
    ['*ESR?', '49'],
    ['*CLS', ''],
    ['*STB?;SYST:ERR?', '0;+0,"No error"'],
    ['*ESE 256', ''],
    ['SYST:ERR?', '-222,"Data out of range"'],
    ['*TST?', '0'],
  ],
};

describe('a simulated Keysight E36313A', () => {
  let clock: FakeClock;
  let supply: SimulatedInstrument;
  let talk: Talk;

  beforeEach(() => {
    clock = new FakeClock();
    supply = instrumentOf('keysight-e36300', clock, { model: 'E36313A' });
    talk = new Talk(supply);
  });

  afterEach(() => {
    supply.close();
    clock.uninstall();
  });

  for (const [what, conversation] of Object.entries(conversations)) {
    it(what, async () => {
      for (const step of conversation) {
        if (typeof step === 'number') await clock.pass(step);
        else if (step[1].startsWith('~'))
          expect(Number(talk.ask(step[0]))).to.be.closeTo(Number(step[1].slice(1)), 0.06);
        else expect(talk.ask(step[0]), step[0]).to.equal(step[1]);
      }
    });
  }

  it('keeps 20 errors, the last of them an overflow', () => {
    for (let count = 0; count < 30; count += 1) talk.tell('FOO');
    const errors = Array.from({ length: 21 }, () => talk.ask('SYST:ERR?'));
    expect(errors[18]).to.equal('-113,"Undefined header"');
    expect(errors[19]).to.equal('-350,"Queue overflow"');
    expect(errors[20]).to.equal('+0,"No error"');
  });

  it('is one instrument to all its connections', () => {
    const other = new Talk(supply);
    other.tell('INST:NSEL 3');
    talk.tell('VOLT 9');
    expect(other.ask('VOLT? (@3)')).to.equal('+9.00000000E+00');
    other.tell('FOO');
    expect(talk.ask('SYST:ERR?')).to.equal('-113,"Undefined header"');
  });

  it('limits the current into a load', async () => {
    supply.loads?.set(1, { ohms: 2 });
    talk.tell('VOLT 5,(@1);CURR 1,(@1);:OUTP 1,(@1)');
    await clock.pass(200);
    expect(Number(talk.ask('MEAS:VOLT? (@1)'))).to.be.closeTo(2, 0.001);
    expect(Number(talk.ask('MEAS:CURR? (@1)'))).to.be.closeTo(1, 0.001);
    expect(talk.ask('STAT:QUES:INST:ISUM1:COND?')).to.equal('1');
  });

  it('trips in constant current after the delay it was told', async () => {
    supply.loads?.set(1, { ohms: 1 });
    talk.tell('CURR:PROT:DEL 0.2,(@1);STAT ON,(@1);:VOLT 5,(@1);CURR 1,(@1);:OUTP 1,(@1)');
    await clock.pass(100);
    expect(talk.ask('CURR:PROT:TRIP? (@1)')).to.equal('0');
    await clock.pass(200);
    expect(talk.ask('CURR:PROT:TRIP? (@1);:OUTP? (@1)')).to.equal('1;0');
  });

  it('has a negative third output as E36311A', async () => {
    const other = instrumentOf('keysight-e36300', clock, { model: 'E36311A', serial: 'MY1' });
    const client = new Talk(other);
    expect(client.ask('*IDN?')).to.equal('Keysight Technologies,E36311A,MY1,2.1.0-1.0.4-1.12');
    client.tell('VOLT -12,(@3);:OUTP 1,(@3)');
    await clock.pass(200);
    expect(Number(client.ask('MEAS:VOLT? (@3)'))).to.be.closeTo(-12, 0.001);
    client.tell('VOLT 12,(@3)');
    expect(client.ask('SYST:ERR?')).to.equal('-222,"Data out of range"');
    other.close();
  });
});
