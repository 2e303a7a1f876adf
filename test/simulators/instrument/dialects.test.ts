import { expect } from 'chai';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { FakeClock } from '../../support/fake-clock.js';
import { instrumentOf, Talk } from './talk.js';

/** What is said and the answer; a number: so many milliseconds pass. Each begins with ten ohms on its first output, if it has
 *  one. Measured values are compared to 1 %. */
type Dialect = {
  readonly model?: string;
  readonly conversation: readonly (readonly [said: string, answer: string | RegExp] | number)[];
};

const dialects: Readonly<Record<string, Dialect>> = {
  'rigol-dp800': {
    model: 'DP832',
    conversation: [
      ['*IDN?', /^RIGOL TECHNOLOGIES,DP832,/],
      [':INST:NSEL 1', ''],
      [':SOUR:VOLT 5;:SOUR:CURR 0.2', ''],
      [':SOUR:VOLT?', /^5\.0+$/],
      [':OUTP?', 'OFF'],
      [':OUTP ON', ''],
      200,
      [':OUTP?', 'ON'],
      [':OUTP:MODE?', 'CC'],
      [':MEAS:VOLT?', /^2\.00/],
      [':MEAS:CURR?', /^0\.(20|19)/],
      [':MEAS:POWE?', /^0\.(40|39)/],
      [':OUTP:OCP:VAL 0.1;:OUTP:OCP ON', ''],
      500,
      [':OUTP:OCP:QUES?', 'YES'],
      [':OUTP?', 'OFF'],
      [':OUTP:OCP:CLE', ''],
      [':OUTP:OCP:QUES?', 'NO'],
      [':INST:NSEL 3', ''],
      [':SOUR:VOLT 6', ''],
      ['SYST:ERR?', /^-222,/],
    ],
  },
  'siglent-spd3303x': {
    conversation: [
      ['*IDN?', /^Siglent Technologies,SPD3303X,/],
      ['CH1:VOLT 5;:CH1:CURR 0.2', ''],
      ['CH1:VOLT?', '5.000'],
      ['SYST:STAT?', '0x4'],
      ['OUTP CH1,ON', ''],
      200,
      ['SYST:STAT?', '0x15'],
      ['MEAS:VOLT? CH1', /^2\.00/],
      ['MEAS:CURR? CH2', /^-?0\.000$/],
      ['OUTP:TRACK 1', ''],
      ['SYST:STAT?', '0x1d'],
      ['CH1:VOLT 7', ''],
      ['CH2:VOLT?', '7.000'],
      ['OUTP CH3,ON', ''],
      ['CH9:VOLT 1', ''],
      ['SYST:ERR?', /^-114/],
    ],
  },
  'aim-tti-plp': {
    model: 'CPX400DP',
    conversation: [
      ['*IDN?', /^THURLBY THANDAR,CPX400DP,/],
      ['V1 5;I1 0.1', ''],
      ['V1?', 'V1 5.00'],
      ['I1?', 'I1 0.10'],
      ['OP1?', '0'],
      ['OP1 1', ''],
      200,
      ['OP1?', '1'],
      ['V1O?', '1.00V'],
      ['I1O?', '0.10A'],
      ['V2O?', /^-?0\.00V$/],
      ['OPALL 0', ''],
      ['OP1?', '0'],
      ['V3 1', ''],
      ['EER?', /^-114/],
    ],
  },
  'rohde-schwarz-hmp': {
    conversation: [
      ['*IDN?', /HMP/],
      ['INST:NSEL 1', ''],
      ['VOLT 5;CURR 0.1', ''],
      ['VOLT?', /^\+?5\.0/],
      ['INST:NSEL?', '1'],
      ['VOLT? MAX', /^\+?3\.?2/],
    ],
  },
  'hp-66xxb': {
    conversation: [
      ['SOUR:VOLT 5;CURR 0.1;:OUTP:STAT ON', ''],
      ['VOLT?', '+5.00000E+00'],
      200,
      ['MEAS:VOLT?', /^\+?1\.00|^\+?9\.99/],
      ['STAT:OPER:COND?', '1024'],
      ['OUTP:STAT?', '1'],
    ],
  },
  'fluke-5502e': {
    conversation: [
      ['*IDN?', /^FLUKE,5502E,/],
      ['OUT 5.141759 V', ''],
      ['OUT?', /^\+5\.1417590.E\+00,V,/],
      ['OUT 500 MV', ''],
      ['ERR?', /^-/],
      ['OPER?', '0'],
      ['OPER', ''],
      ['OPER?', '1'],
      ['STBY', ''],
      ['OPER?', '0'],
      ['OUT 5000 V', ''],
      ['ERR?', /^-222/],
      ['*ESR?', '176'],
    ],
  },
  'agilent-34401a': {
    conversation: [
      ['*RST', ''],
      ['CONF:VOLT:DC 10,0.00001', ''],
      ['DET:BAND 3', ''],
      ['INP:IMP:AUTO ON', ''],
      ['VOLT:NPLC 100', ''],
      ['SYST:ERR?', '+0,"No error"'],
      ['READ?', ''],
      3_990,
      ['*STB?', ''],
    ],
  },
};

describe('a simulated instrument speaks the dialect of', () => {
  let clock: FakeClock;
  let instrument: SimulatedInstrument;

  beforeEach(() => {
    clock = new FakeClock();
  });

  afterEach(() => {
    instrument.close();
    clock.uninstall();
  });

  for (const [driver, { model, conversation }] of Object.entries(dialects)) {
    it(driver, async () => {
      instrument = instrumentOf(driver, clock, model === undefined ? {} : { model });
      const [output] = instrument.loads?.outputs ?? [];
      instrument.loads?.set(output, { ohms: 10 });
      const talk = new Talk(instrument);
      for (const step of conversation) {
        if (typeof step === 'number') await clock.pass(step);
        else if (typeof step[1] === 'string') expect(talk.ask(step[0]), step[0]).to.equal(step[1]);
        else expect(talk.ask(step[0]), step[0]).to.match(step[1]);
      }
    });
  }
});
