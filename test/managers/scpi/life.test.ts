import { expect } from 'chai';
import type { DriverFile } from '../../../core/driver-file/driver-file.js';
import { ScpiLab, type Answers } from './scpi-lab.js';

describe('the life of an instrument with a driver file', () => {
  let lab: ScpiLab;
  const opened = async (file: Partial<DriverFile> = {}, answers: Answers = {}): Promise<void> => {
    lab = await ScpiLab.opened(file, answers);
  };
  const read = (name: string, channel?: number) => lab.outcome(lab.device.read(name, channel, lab.call()));

  afterEach(() => lab.end());

  describe('that tells when it was switched off and on', () => {
    const file: Partial<DriverFile> = { powerCycle: {} };

    it('is not taken for one that was when it is opened, and is asked once a second at most', async () => {
      await opened(file, { '*ESR?': ['128', '0'], 'MEAS:VOLT? (@1)': '1' });
      await lab.clock.pass(1_000);
      for (let count = 0; count < 3; count += 1)
        expect(await lab.outcome(lab.device.read('voltage', 1, lab.call()), 0)).to.equal(1);
      expect(lab.link.said).to.deep.equal(['*ESR?', ...Array<string>(3).fill('MEAS:VOLT? (@1)')]);
      for (const ms of [999, 1]) {
        await lab.clock.pass(ms);
        await lab.outcome(lab.device.read('voltage', 1, lab.call()), 0);
      }
      expect(lab.link.said.slice(4)).to.deep.equal(['MEAS:VOLT? (@1)', '*ESR?', 'MEAS:VOLT? (@1)']);
    });

    it('is lost when it was, before anything is read', async () => {
      await opened(file, { '*ESR?': ['0', '128'], 'MEAS:VOLT? (@1)': '1' });
      await lab.clock.pass(1_000);
      expect(await read('voltage', 1)).to.equal(
        'DISCONNECTED: the instrument was switched off and on; what was set on it before is not sent again',
      );
      expect(lab.link.said).to.deep.equal(['*ESR?']);
    });

    it('has a register and a bit of its own where the file says so', async () => {
      await opened(
        { powerCycle: { ask: 'STATus:POWer?', mask: 2, everyMs: 0 } },
        { 'STAT:POW?': ['0', '253', '2'], 'OUTP? (@1)': '0' },
      );
      expect(await read('enabled', 1)).to.equal(false);
      expect(await read('enabled', 1)).to.match(/^DISCONNECTED/);
    });

    it('is at fault when its answer is no number', async () => {
      await opened(file, { '*ESR?': ['0', 'what'] });
      await lab.clock.pass(1_000);
      expect(await read('voltage', 1)).to.equal('DEVICE_FAULT: *ESR? was answered by "what", which is no number');
    });
  });

  describe('that is let go', () => {
    it('is told what the file says, in that order, and nothing of its outputs', async () => {
      await opened({ release: [{ send: 'BEEPer' }, { send: 'SYSTem:LOCal' }] });
      await lab.outcome(lab.device.close());
      expect(lab.link.said).to.deep.equal(['BEEP', 'SYST:LOC']);
      expect(lab.link.isClosed).to.equal(true);
    });

    it('is told nothing when it was not the one that was meant', async () => {
      lab = new ScpiLab({ release: [{ send: 'SYSTem:LOCal' }] }, { '*IDN?': 'OTHER,1,1,1' });
      await lab.outcome(lab.device.open(lab.call()));
      await lab.outcome(lab.device.close());
      expect(lab.link.said).to.deep.equal(['*IDN?']);
    });

    it('can be asked nothing any more', async () => {
      await opened();
      await lab.outcome(lab.device.close());
      expect(await read('voltage', 1)).to.equal('DISCONNECTED: the instrument is not open');
      expect(await lab.outcome(lab.device.close())).to.equal(undefined);
    });

    it('may be closed before it was ever open', async () => {
      lab = new ScpiLab();
      expect(await read('voltage', 1)).to.equal('DISCONNECTED: the instrument is not open');
      expect(await lab.outcome(lab.device.close())).to.equal(undefined);
    });
  });

  it('has before it is open what any of its models has', () => {
    lab = new ScpiLab();
    expect(lab.device.channels).to.deep.equal([]);
    expect(lab.device.has('mode', 3)).to.equal(true);
    expect(lab.device.has('colour', 1)).to.equal(false);
  });
});
