import { expect } from 'chai';
import type { ActionSpec } from '../../../core/driver-file/driver-file.js';
import type { SimulatedInstrument } from '../../../simulators/instrument/simulated-instrument.js';
import { driverFiles } from '../../../station/driver-files.js';
import { FakeClock } from '../../support/fake-clock.js';
import { instrumentOf, Talk } from './talk.js';

describe('a simulated supply', () => {
  let clock: FakeClock;
  let supply: SimulatedInstrument;
  let talk: Talk;
  const start = (driver: string, model?: string): void => {
    supply = instrumentOf(driver, clock, model === undefined ? {} : { model });
    talk = new Talk(supply);
  };
  const load = (output: number, ohms: number, farads = 0): void => supply.loads?.set(output, { ohms, farads });
  const number = (question: string): number => Number(talk.ask(question));

  beforeEach(() => {
    clock = new FakeClock();
  });

  afterEach(() => {
    expect(talk.ask('SYST:ERR?')).to.match(/^\+?0/);
    supply.close();
    clock.uninstall();
  });

  describe('of the series E36300', () => {
    const MODE = 'STAT:QUES:INST:ISUM2:COND?';

    beforeEach(() => {
      start('keysight-e36300', 'E36313A');
    });

    it('goes over from constant voltage to constant current and back with its load', async () => {
      load(2, 100);
      talk.tell('VOLT 10,(@2);CURR 0.5,(@2);OUTP 1,(@2)');
      const seen: (readonly [mode: string, volts: string, amperes: string])[] = [];
      for (const ohms of [100, 20.1, 19.9, 5, 100]) {
        load(2, ohms);
        await clock.pass(500);
        seen.push([talk.ask(MODE), number('MEAS:VOLT? (@2)').toFixed(3), number('MEAS:CURR? (@2)').toFixed(3)]);
      }
      expect(seen).to.deep.equal([
        ['2', '10.000', '0.100'],
        ['2', '10.000', '0.498'],
        ['1', '9.950', '0.500'],
        ['1', '2.500', '0.500'],
        ['2', '10.000', '0.100'],
      ]);
    });

    it('goes over when the limit is told, too', async () => {
      load(2, 20);
      talk.tell('VOLT 10,(@2);CURR 1,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      expect(talk.ask(MODE)).to.equal('2');
      talk.tell('CURR 0.25,(@2)');
      await clock.pass(500);
      expect(talk.ask(MODE)).to.equal('1');
      expect(number('MEAS:VOLT? (@2)')).to.be.closeTo(5, 0.001);
    });

    it('is told more than its protection allows, and trips within some ms', async () => {
      talk.tell('VOLT:PROT 12,(@2);:VOLT 10,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      talk.tell('VOLT 15,(@2)');
      expect(talk.ask('VOLT:PROT:TRIP? (@2)')).to.equal('0');
      await clock.pass(40); // 26 ms until 12 V are passed, and 5 ms more
      expect(talk.ask('VOLT:PROT:TRIP? (@2);:OUTP? (@2)')).to.equal('1;0');
      expect(talk.ask(MODE)).to.equal('0');
    });

    it('does not trip while its protection is off', async () => {
      talk.tell('VOLT:PROT:STAT OFF,(@2);:VOLT:PROT 5,(@2);:VOLT 10,(@2);OUTP 1,(@2)');
      await clock.pass(1_000);
      expect(talk.ask('VOLT:PROT:TRIP? (@2);:OUTP? (@2)')).to.equal('0;1');
    });

    it('trips only the output that it concerns', async () => {
      talk.tell('VOLT:PROT 3,(@2);:VOLT 5,(@1,2,3);OUTP 1,(@1:3)');
      await clock.pass(500);
      expect(talk.ask('VOLT:PROT:TRIP? (@1:3);:OUTP? (@1:3)')).to.equal('0,1,0;1,0,1');
    });

    it('lets a short rush of current pass, and trips on a longer one', async () => {
      talk.tell('CURR:PROT:DEL 0.1,(@2);STAT ON,(@2);:VOLT 10,(@2);CURR 0.5,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      load(2, 5);
      await clock.pass(80);
      load(2, 100);
      await clock.pass(500);
      expect(talk.ask('CURR:PROT:TRIP? (@2)')).to.equal('0');
      load(2, 5);
      await clock.pass(120);
      expect(talk.ask('CURR:PROT:TRIP? (@2);:OUTP? (@2)')).to.equal('1;0');
    });

    it('trips on charging a large capacitor when its delay is too short for it', async () => {
      load(2, Infinity, 0.01);
      talk.tell('CURR:PROT:DEL 0.05,(@2);STAT ON,(@2);:VOLT 10,(@2);CURR 1,(@2);OUTP 1,(@2)');
      await clock.pass(300); // 10 V at 1 A into 10 mF take 100 ms
      expect(talk.ask('CURR:PROT:TRIP? (@2)')).to.equal('1');
      talk.tell('OUTP:PROT:CLE (@2);:CURR:PROT:DEL 0.2,(@2);:OUTP 1,(@2)');
      await clock.pass(500);
      expect(talk.ask('CURR:PROT:TRIP? (@2);:OUTP? (@2)')).to.equal('0;1');
    });

    it('stays off after a trip until it is cleared, and then until it is switched on', async () => {
      talk.tell('VOLT:PROT 4,(@2);:VOLT 5,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      talk.tell('OUTP 1,(@2)');
      expect(talk.ask('OUTP? (@2)')).to.equal('0');
      talk.tell('VOLT:PROT 10,(@2);:OUTP:PROT:CLE (@2)');
      await clock.pass(1_000);
      expect(talk.ask('OUTP? (@2);:VOLT:PROT:TRIP? (@2)')).to.equal('0;0');
      expect(number('MEAS:VOLT? (@2)')).to.be.closeTo(0, 0.001);
      talk.tell('OUTP 1,(@2)');
      await clock.pass(500);
      expect(number('MEAS:VOLT? (@2)')).to.be.closeTo(5, 0.001);
    });

    it('trips again at once when what tripped it is still so', async () => {
      talk.tell('VOLT:PROT 4,(@2);:VOLT 5,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      talk.tell('OUTP:PROT:CLE (@2);:OUTP 1,(@2)');
      await clock.pass(500);
      expect(talk.ask('OUTP? (@2);:VOLT:PROT:TRIP? (@2)')).to.equal('0;1');
    });

    it('clears one trip and keeps the other', async () => {
      load(2, 1);
      talk.tell('CURR:PROT:DEL 0,(@2);STAT ON,(@2);:VOLT 5,(@2);CURR 1,(@2);OUTP 1,(@2)');
      await clock.pass(200);
      talk.tell('VOLT:PROT:CLE (@2)');
      expect(talk.ask('CURR:PROT:TRIP? (@2)')).to.equal('1');
      talk.tell('CURR:PROT:CLE (@2)');
      expect(talk.ask('CURR:PROT:TRIP? (@2)')).to.equal('0');
    });

    it('discharges by itself in half a second when it is switched off, by a load at once', async () => {
      talk.tell('VOLT 20,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      talk.tell('OUTP 0,(@2)');
      await clock.pass(100);
      expect(number('MEAS:VOLT? (@2)')).to.be.within(5, 15);
      await clock.pass(400);
      expect(number('MEAS:VOLT? (@2)')).to.be.below(0.25);
      load(2, 10);
      talk.tell('OUTP 1,(@2)');
      await clock.pass(500);
      talk.tell('OUTP 0,(@2)');
      await clock.pass(30);
      expect(number('MEAS:VOLT? (@2)')).to.be.below(0.25);
    });

    it('has nothing at its terminals after it was switched off from the mains', async () => {
      talk.tell('VOLT 20,(@2);OUTP 1,(@2)');
      await clock.pass(500);
      supply.powerCycle(2_000);
      await clock.pass(2_000);
      talk = new Talk(supply);
      expect(talk.ask('OUTP? (@2);VOLT? (@2)')).to.equal('0;+0.00000000E+00');
      expect(number('MEAS:VOLT? (@2)')).to.be.closeTo(0, 0.001);
    });

    it('tracks: both of a pair follow, each into its own load', async () => {
      load(2, 100);
      load(3, 10);
      talk.tell('OUTP:PAIR TRAC;:VOLT 10,(@2);CURR 0.5,(@3);OUTP 1,(@2)');
      await clock.pass(500);
      expect(number('MEAS:VOLT? (@2)')).to.be.closeTo(10, 0.001);
      expect(number('MEAS:VOLT? (@3)')).to.be.closeTo(5, 0.001);
      expect(talk.ask('OUTP? (@1:3)')).to.equal('0,1,1');
    });
  });

  it('with a negative output trips on too much of it', async () => {
    start('keysight-e36300', 'E36311A');
    talk.tell('VOLT:PROT 13,(@3);:VOLT -12,(@3);OUTP 1,(@3)');
    await clock.pass(500);
    expect(talk.ask('VOLT:PROT:TRIP? (@3)')).to.equal('0');
    talk.tell('VOLT:PROT 11,(@3)');
    await clock.pass(10);
    expect(talk.ask('VOLT:PROT:TRIP? (@3)')).to.equal('1');
  });

  it('does all that a command of its file does, or nothing when a part of it is out of range', () => {
    const file = driverFiles.read('keysight-e36300');
    const volts = { description: 'Programmed voltage', type: 'number', unit: 'V' } as const;
    const apply: ActionSpec = {
      arguments: { volts, amperes: { ...volts, unit: 'A' } },
      send: ['APPLy CH{channel},{volts},{amperes}'],
      simulate: { voltageSetpoint: '{volts}', currentLimit: '{amperes}' },
    };
    supply = instrumentOf('keysight-e36300', clock, { file: { ...file, commands: { apply } } });
    talk = new Talk(supply);
    talk.tell('APPL CH2,5,0.5');
    expect(talk.ask('VOLT? (@2);CURR? (@2)')).to.equal('+5.00000000E+00;+5.00000000E-01');
    talk.tell('APPL CH2,6,99');
    expect(talk.ask('SYST:ERR?')).to.equal('-222,"Data out of range"');
    expect(talk.ask('VOLT? (@2)')).to.equal('+5.00000000E+00');
  });

  it('of the series HMP gives nothing while its master switch is off, and remembers its outputs', async () => {
    start('rohde-schwarz-hmp', 'HMP4040');
    talk.tell('OUTP:GEN 0;:INST:NSEL 2;:VOLT 5;:OUTP 1');
    await clock.pass(500);
    expect(talk.ask('OUTP?')).to.equal('1');
    expect(number('MEAS:VOLT?')).to.be.closeTo(0, 0.001);
    talk.tell('OUTP:GEN 1');
    await clock.pass(500);
    expect(number('MEAS:VOLT?')).to.be.closeTo(5, 0.001);
    expect(talk.ask('INST:NSEL 1;:OUTP?')).to.equal('0');
    talk.tell('OUTP:GEN 0;:INST:NSEL 2');
    await clock.pass(1_000);
    expect(talk.ask('OUTP?')).to.equal('1');
    expect(number('MEAS:VOLT?')).to.be.closeTo(0, 0.001);
  });

  it('of the series HMC blows its electronic fuse after the delay it was told', async () => {
    start('rohde-schwarz-hmc804x', 'HMC8043');
    load(1, 1);
    talk.tell('INST:NSEL 1;:FUSE:DEL 0.2;STAT 1;:VOLT 5;:CURR 1;:OUTP 1');
    await clock.pass(150);
    expect(talk.ask('FUSE:TRIP?')).to.equal('0');
    await clock.pass(150);
    expect(talk.ask('FUSE:TRIP?;:OUTP?')).to.equal('1;0');
  });

  it('of the series NGP has its protection switched by what sets the level elsewhere', async () => {
    start('rohde-schwarz-ngp800', 'NGP804');
    talk.tell('VOLT:PROT:LEV 6,(@1);:VOLT 8,(@1);OUTP:STAT 1,(@1)');
    await clock.pass(500);
    expect(talk.ask('VOLT:PROT:TRIP? (@1)')).to.equal('0');
    talk.tell('VOLT:PROT 1,(@1)');
    await clock.pass(20);
    expect(talk.ask('VOLT:PROT:TRIP? (@1);:OUTP:STAT? (@1)')).to.equal('1;0');
  });

  it('of HP says in its status registers what regulates, and what has tripped', async () => {
    start('hp-66xxb', '6632B');
    load(1, 10);
    talk.tell('VOLT 5;CURR 1;:OUTP:STAT 1');
    await clock.pass(500);
    expect(talk.ask('STAT:OPER:COND?')).to.equal('256');
    talk.tell('CURR 0.1;:CURR:PROT:STAT 1');
    await clock.pass(1_000);
    expect(talk.ask('STAT:QUES:COND?;:OUTP:STAT?')).to.equal('2;0');
    talk.tell('OUTP:PROT:CLE;:VOLT:PROT 2;:CURR 1;:OUTP:STAT 1');
    await clock.pass(500);
    expect(talk.ask('STAT:QUES:COND?')).to.equal('1');
  });
});
