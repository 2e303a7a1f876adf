import { expect } from 'chai';
import type { DriverFile } from '../../../core/driver-file/driver-file.js';
import { mute, ScpiLab, supply, type Answers } from './scpi-lab.js';

const NONE = '0,"No error"';

describe('an instrument with a driver file', () => {
  let lab: ScpiLab;
  const opened = async (file: Partial<DriverFile> = {}, answers: Answers = {}): Promise<void> => {
    lab = await ScpiLab.opened(file, answers);
  };
  const read = (name: string, channel?: number) => lab.outcome(lab.device.read(name, channel, lab.call()));
  const write = (name: string, channel: number | undefined, value: string | number | boolean | null) =>
    lab.outcome(lab.device.write(name, channel, value, lab.call()));
  const run = (name: string, channel?: number, values = {}) =>
    lab.outcome(lab.device.run(name, channel, values, lab.call()));

  afterEach(() => lab.end());

  describe('asked', () => {
    it('gives what its answer means', async () => {
      await opened({}, { 'MEAS:VOLT? (@2)': '+5.00120000E+00', 'OUTP? (@1)': '1', 'MODE? (@1)': 'CC' });
      expect(await read('voltage', 2)).to.equal(5.0012);
      expect(await read('enabled', 1)).to.equal(true);
      expect(await read('mode', 1)).to.equal('cc');
      expect(lab.link.said).to.deep.equal(['MEAS:VOLT? (@2)', 'OUTP? (@1)', 'MODE? (@1)']);
    });

    const noNumbers = ['NAN', '9.91E37', '+9.90000000E+37', '-9.9E37', 'INF', '1e999', '', 'OVLD', '\x80\xff', '"5"'];
    for (const answer of noNumbers)
      it(`takes ${JSON.stringify(answer)} for no number`, async () => {
        await opened({}, { 'MEAS:VOLT? (@1)': answer });
        expect(await read('voltage', 1)).to.equal(
          `DEVICE_FAULT: voltage: MEASure:VOLTage? (@{channel}) was answered by "${answer}", which is no number, or an overload`,
        );
      });

    it('gives the largest number that is one', async () => {
      await opened({}, { 'MEAS:VOLT? (@1)': '9.89E37' });
      expect(await read('voltage', 1)).to.equal(9.89e37);
    });

    it('does not take a word that the file does not have', async () => {
      await opened({}, { 'MODE? (@1)': 'XX', 'OUTP? (@1)': '2' });
      expect(await read('mode', 1)).to.match(/answered by "XX", which is none of cv, cc$/);
      expect(await read('enabled', 1)).to.match(/answered by "2", which is neither on nor off$/);
    });

    it('refuses what the model or the channel does not have', async () => {
      await opened();
      expect(await read('mode', 2)).to.equal('BAD_COMMAND: channel 2 of Two has no mode');
      expect(await read('mode', 9)).to.equal('BAD_COMMAND: channel 9 of Two has no mode');
      expect(await read('colour')).to.equal('BAD_COMMAND: Two has no colour');
      expect(lab.link.said).to.deep.equal([]);
    });

    it('waits as long as the instrument is known to be silent, and fetches what is owed before it lets go', async () => {
      const reading = { ask: 'READ?', type: 'number', unit: 'V', scope: 'manager', answerAfterMs: 4_000 } as const;
      await opened({ parameters: { ...supply.parameters, reading } }, { 'READ?': '1.5' });
      const pending = lab.device.read('reading', undefined, lab.call());
      expect(await lab.outcome(pending, 3_990)).to.equal('not settled');
      expect(await lab.outcome(pending, 10)).to.equal(1.5);
      const abort = new AbortController();
      const given = lab.device.read('reading', undefined, { ...lab.call(), signal: abort.signal });
      await lab.clock.pass(100);
      abort.abort();
      expect(await lab.outcome(given, 0)).to.match(/abort/i);
      await lab.outcome(lab.device.close(), 400);
      expect(lab.link.reads).to.equal(1);
    });
  });

  describe('told', () => {
    it('hears the command, and then says whether it has something against it', async () => {
      await opened();
      expect(await write('voltageSetpoint', 2, 5)).to.equal(undefined);
      expect(await write('enabled', 1, true)).to.equal(undefined);
      expect(lab.link.said).to.deep.equal(['VOLT 5,(@2)', 'SYST:ERR?', 'OUTP 1,(@1)', 'SYST:ERR?']);
    });

    it('refuses in its own words, all of them', async () => {
      const errors = ['-222,"Data out of range"', '-310,"System error"', NONE];
      await opened({}, { 'SYST:ERR?': [NONE, NONE, ...errors] });
      const failure = lab.device.write('voltageSetpoint', 2, 99, lab.call()).catch((thrown: unknown) => thrown);
      await lab.clock.pass(0);
      expect(await failure).to.have.deep.property('problem', {
        code: 'DEVICE_FAULT',
        message: 'the instrument refused "VOLT 99,(@2)": -222,"Data out of range", and 1 more',
        details: { errors: ['-222,"Data out of range"', '-310,"System error"'] },
      });
    });

    it('cuts an entry that is longer than any can be', async () => {
      await opened({}, { 'SYST:ERR?': [NONE, NONE, `-1,"${'x'.repeat(10_000)}"`, NONE] });
      expect(await write('voltageSetpoint', 1, 1)).to.have.length.below(400);
    });

    it('is told nothing more where it has no error queue', async () => {
      lab = await ScpiLab.opened({}, {}, mute);
      expect(await write('voltageSetpoint', 1, 1)).to.equal(undefined);
      expect(lab.link.said).to.deep.equal(['VOLT 1,(@1)']);
    });

    it('is not blamed for a query that was given up', async () => {
      await opened({}, { 'SYST:ERR?': [NONE, NONE, '-420,"Query UNTERMINATED"', NONE] });
      expect(await read('voltage', 1)).to.match(/^TIMEOUT/);
      expect(await write('voltageSetpoint', 1, 1)).to.equal(undefined);
      expect(lab.link.said.slice(1)).to.deep.equal(['SYST:ERR?', 'SYST:ERR?', 'VOLT 1,(@1)', 'SYST:ERR?']);
    });

    describe('what makes it safe', () => {
      const off = (channel: number) => {
        const call = { ...lab.call(), priority: 'safety' } as const;
        return lab.device.write('enabled', channel, false, call);
      };

      it('hears it on every channel before it is asked what it has against it', async () => {
        await opened();
        await lab.outcome(Promise.all([off(1), off(2)]));
        expect(lab.link.said).to.deep.equal(['OUTP 0,(@1)', 'OUTP 0,(@2)', 'SYST:ERR?', 'SYST:ERR?']);
      });

      it('hears it first also when a query before was given up, and is not blamed for that', async () => {
        await opened({}, { 'SYST:ERR?': [NONE, NONE, '-420,"Query UNTERMINATED"', NONE] });
        expect(await read('voltage', 1)).to.match(/^TIMEOUT/);
        expect(await lab.outcome(off(1))).to.equal(undefined);
        expect(lab.link.said.slice(1)).to.deep.equal(['OUTP 0,(@1)', 'SYST:ERR?', 'SYST:ERR?']);
      });

      it('may still refuse it', async () => {
        await opened({}, { 'SYST:ERR?': [NONE, NONE, '-200,"Execution error"', NONE] });
        expect(await lab.outcome(off(1))).to.match(/^DEVICE_FAULT: the instrument refused "OUTP 0,\(@1\)": -200/);
      });
    });

    for (const value of [NaN, Infinity, -Infinity, 'five', true, null])
      it(`never hears of ${String(value)} as a number`, async () => {
        await opened();
        expect(await write('voltageSetpoint', 1, value)).to.match(
          /^BAD_ARGUMENT: voltageSetpoint .+ is no finite number/,
        );
        expect(lab.link.said).to.deep.equal([]);
      });

    it('never hears a second command in a text', async () => {
      const message = { type: 'text', scope: 'manager', tell: 'DISPlay:TEXT "{value}"' } as const;
      await opened({ parameters: { ...supply.parameters, message } });
      expect(await write('message', undefined, 'say "hi"; *RST')).to.equal(undefined);
      expect(lab.link.said[0]).to.equal('DISP:TEXT "say ""hi""; *RST"');
      expect(await write('message', undefined, 'hi\n*RST')).to.match(/^BAD_ARGUMENT: [^]+ no line of Latin-1 text/);
      expect(lab.link.said).to.have.length(2);
    });

    it('refuses what can only be read', async () => {
      await opened();
      expect(await write('voltage', 1, 5)).to.equal('BAD_COMMAND: voltage can only be read');
    });
  });

  describe('whose channels have to be selected', () => {
    const parameters = {
      voltage: { ask: 'MEASure:VOLTage?' },
      voltageSetpoint: { ask: 'VOLTage?', tell: 'VOLTage {value}' },
      enabled: { ask: 'OUTPut?', tell: 'OUTPut {value}' },
      total: { ask: 'POWer:TOTal?', type: 'number', unit: 'W', scope: 'manager' },
    } as const;
    const file: Partial<DriverFile> = {
      select: 'INSTrument:NSELect {channel}',
      models: { Two: { channels: { 1: {}, 2: {} } } },
      parameters,
      commands: { clear: { description: 'Clears it', send: ['PROTection:CLEar'] } },
    };

    it('is told which one before each request, and nothing comes between', async () => {
      await opened(file, { 'MEAS:VOLT?': '1', 'POW:TOT?': '7' });
      await lab.outcome(
        Promise.all([
          lab.device.read('voltage', 1, lab.call()),
          lab.device.write('voltageSetpoint', 2, 5, lab.call()),
          lab.device.read('voltage', 2, lab.call()),
        ]),
      );
      expect(lab.link.said).to.deep.equal([
        ...['INST:NSEL 1', 'MEAS:VOLT?'],
        ...['INST:NSEL 2', 'VOLT 5', 'SYST:ERR?'],
        ...['INST:NSEL 2', 'MEAS:VOLT?'],
      ]);
    });

    it('is not told which one where none is meant', async () => {
      await opened(file, { 'POW:TOT?': '7' });
      expect(await read('total')).to.equal(7);
      expect(lab.link.said).to.deep.equal(['POW:TOT?']);
    });

    it('is told which one before a command, too', async () => {
      await opened(file);
      await run('clear', 2);
      expect(lab.link.said).to.deep.equal(['INST:NSEL 2', 'PROT:CLE', 'SYST:ERR?']);
    });
  });

  describe('that needs to be left alone', () => {
    const output = { tell: 'OUT {value} V', type: 'number', unit: 'V', pauseMs: 2_000, scope: 'manager' } as const;
    const file: Partial<DriverFile> = { parameters: { ...supply.parameters, output } };

    it('hears nothing of anybody after a command for as long as the file says', async () => {
      await opened(file, { 'OUTP? (@1)': '0' });
      const start = lab.clock.monotonic();
      await lab.outcome(
        Promise.all([lab.device.write('output', undefined, 5, lab.call()), lab.device.read('enabled', 1, lab.call())]),
      );
      const at = lab.link.said.map((text, index) => [text, (lab.link.saidAtMs[index] ?? NaN) - start]);
      expect(at[0]).to.deep.equal(['OUT 5 V', 0]);
      expect(at.slice(1).map(([, ms]) => ms)).to.deep.equal([2_000, 2_000]);
      expect(at.slice(1).map(([text]) => text)).to.have.members(['SYST:ERR?', 'OUTP? (@1)']);
    });

    it('has its refusal heard after that', async () => {
      await opened(file, { 'SYST:ERR?': [NONE, NONE, '-222,"Data out of range"', NONE] });
      const written = lab.device.write('output', undefined, 5, lab.call());
      expect(await lab.outcome(written, 1_999)).to.equal('not settled');
      expect(await lab.outcome(written, 1)).to.match(/^DEVICE_FAULT: the instrument refused "OUT 5 V": -222/);
    });

    it('lets a request go that is given up meanwhile', async () => {
      await opened(file);
      await lab.outcome(lab.device.write('output', undefined, 5, lab.call()), 100);
      const abort = new AbortController();
      const waiting = lab.device.read('enabled', 1, { ...lab.call(), signal: abort.signal });
      await lab.clock.pass(100);
      abort.abort();
      expect(await lab.outcome(waiting, 0)).to.match(/abort/i);
      await lab.clock.pass(5_000);
      expect(lab.link.said).to.not.include('OUTP? (@1)');
    });
  });

  describe('that cannot be asked for a setting', () => {
    const file: Partial<DriverFile> = {
      parameters: { ...supply.parameters, rail: { tell: 'RAIL {value}', type: 'flag', scope: 'manager' } },
    };

    it('has what it was told last', async () => {
      await opened(file);
      expect(await read('rail')).to.match(/^DEVICE_FAULT: rail is not known: it cannot be asked/);
      await write('rail', undefined, true);
      expect(await read('rail')).to.equal(true);
    });

    it('is not known any more after a refusal', async () => {
      await opened(file, { 'SYST:ERR?': [NONE, NONE, NONE, '-221,"Settings conflict"', NONE] });
      await write('rail', undefined, true);
      expect(await write('rail', undefined, false)).to.match(/^DEVICE_FAULT/);
      expect(await read('rail')).to.match(/^DEVICE_FAULT: rail is not known/);
    });
  });

  describe('with commands', () => {
    const volts = { description: 'The voltage', type: 'number', unit: 'V' } as const;
    const file: Partial<DriverFile> = {
      commands: {
        apply: {
          description: 'Sets both',
          arguments: { volts },
          send: ['VOLTage {volts},(@{channel})', 'OUTPut 1,(@{channel})'],
        },
        test: { description: 'Tests itself', scope: 'manager', send: ['*TST?'] },
      },
    };

    it('does them in order, each checked', async () => {
      await opened(file);
      expect(await run('apply', 2, { volts: 3 })).to.deep.equal({});
      expect(lab.link.said).to.deep.equal(['VOLT 3,(@2)', 'SYST:ERR?', 'OUTP 1,(@2)', 'SYST:ERR?']);
    });

    it('does not go on after one that was refused', async () => {
      await opened(file, { 'SYST:ERR?': [NONE, NONE, '-222,"Data out of range"', NONE] });
      expect(await run('apply', 2, { volts: 3 })).to.match(/^DEVICE_FAULT/);
      expect(lab.link.said).to.not.include('OUTP 1,(@2)');
    });

    it('gives the answer of the last one', async () => {
      await opened(file, { '*TST?': ' 0 ' });
      expect(await run('test')).to.deep.equal({ answer: '0' });
    });

    it('refuses a command that it does not have', async () => {
      await opened(file);
      expect(await run('explode')).to.equal('BAD_COMMAND: Two has no explode');
      expect(await run('apply', 7, { volts: 1 })).to.equal('BAD_COMMAND: channel 7 of Two has no apply');
    });
  });
});
