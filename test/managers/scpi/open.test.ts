import { expect } from 'chai';
import type { DriverFile } from '../../../core/driver-file/driver-file.js';
import { IDENTITY, ScpiLab, supply, type Answers } from './scpi-lab.js';

describe('an instrument with a driver file, when it is opened', () => {
  let lab: ScpiLab;
  const open = async (file: Partial<DriverFile> = {}, answers: Answers = {}, model?: string): Promise<unknown> => {
    lab = new ScpiLab(file, answers, model);
    return lab.outcome(lab.device.open(lab.call()));
  };

  afterEach(() => lab.end());

  it('is asked who it is, what it has refused before, and no more', async () => {
    expect(await open()).to.equal(undefined);
    expect(lab.link.said).to.deep.equal(['*IDN?', 'SYST:ERR?', 'SYST:ERR?']);
    expect(lab.device.identity).to.deep.equal({ manufacturer: 'ACME', model: 'Two', serial: 'S-1', revision: '1.0' });
    expect(lab.device.channels).to.deep.equal([1, 2]);
  });

  it('is asked in its own words where it has some', async () => {
    expect(
      await open({ identity: { ...supply.identity, ask: 'SYSTem:IDENtity?' } }, { 'SYST:IDEN?': `${IDENTITY}\r` }),
    ).to.equal(undefined);
    expect(lab.link.said[0]).to.equal('SYST:IDEN?');
  });

  it('is not told anything when it is of another maker, and it is said what to look at', async () => {
    expect(await open({ initialize: [{ send: 'BEEPer' }] }, { '*IDN?': 'OTHER,Two,1,1' })).to.equal(
      'DEVICE_FAULT: answered *IDN? with "OTHER,Two,1,1", which is no Acme Two (driver acme-two); is it the right address?',
    );
    expect(lab.link.said).to.deep.equal(['*IDN?']);
    expect(lab.device.identity).to.equal(undefined);
  });

  it('is refused when the file has no such model', async () => {
    const { Two = {} } = supply.models;
    expect(await open({ models: { Two } }, { '*IDN?': 'ACME,Three,1,1' })).to.equal(
      'DEVICE_FAULT: answered *IDN? with "ACME,Three,1,1"; acme-two drives Two, no Three',
    );
  });

  it('is refused when the config names another model of the file', async () => {
    expect(await open({}, { '*IDN?': 'ACME,Three,1,1' }, 'Two')).to.equal(
      'DEVICE_FAULT: answered *IDN? with "ACME,Three,1,1"; the config expects a Two at this address',
    );
  });

  it('is quoted only so far when it says a great deal', async () => {
    expect(await open({}, { '*IDN?': 'x'.repeat(1_000_000) })).to.match(/"x{80}"/);
  });

  it('that is silent ends in a time-out', async () => {
    expect(await open({}, { '*IDN?': [] })).to.match(/^TIMEOUT: .+\*IDN\?/);
  });

  it('is told its set-up a command at a time, and what it has against one of them is an error', async () => {
    const initialize = [{ send: 'FORMat ASCii' }, { send: 'BEEPer OFF' }];
    const none = '0,"No error"';
    expect(await open({ initialize }, { 'SYST:ERR?': [none, none, '-113,"Undefined header"', none] })).to.equal(
      'DEVICE_FAULT: the instrument refused "BEEP OFF": -113,"Undefined header"',
    );
    expect(lab.link.said).to.deep.equal([
      ...['*IDN?', 'SYST:ERR?', 'FORM ASCii', 'SYST:ERR?', 'BEEP OFF', 'SYST:ERR?', 'SYST:ERR?'],
    ]);
  });

  it('is left alone between the commands of its set-up as long as the file says', async () => {
    await open({
      initialize: [{ send: '*RST', pauseMs: 1_000 }, { send: 'RANGe 10', pauseMs: 500 }, { send: 'ZERO' }],
    });
    const at = (text: string): number => (lab.link.saidAtMs[lab.link.said.indexOf(text)] ?? NaN) - start;
    const start = lab.link.saidAtMs[0] ?? NaN;
    expect([at('*RST'), at('RANG 10'), at('ZERO')]).to.deep.equal([0, 1_000, 1_500]);
  });

  it('is not blamed for what somebody else did before', async () => {
    expect(
      await open({}, { 'SYST:ERR?': ['-222,"Data out of range"', '-350,"Queue overflow"', '0,"No error"'] }),
    ).to.equal(undefined);
  });

  it('that never runs out of errors is asked once more than it has room for', async () => {
    expect(await open({}, { 'SYST:ERR?': '-310,"System error"' })).to.equal(undefined);
    expect(lab.link.said.filter((text) => text === 'SYST:ERR?')).to.have.length(2 * 4);
  });

  it('has what the link says of its loss', async () => {
    await open();
    const lost: string[] = [];
    lab.device.lost?.subscribe(({ code }) => lost.push(code));
    lab.link.lost.next({ code: 'DISCONNECTED', message: 'connection reset' });
    expect(lost).to.deep.equal(['DISCONNECTED']);
  });
});

describe('the limits that an instrument is asked for', () => {
  let lab: ScpiLab;
  const limits = { minimum: 'VOLTage? MIN,(@{channel})', maximum: 'VOLTage? MAX,(@{channel})' };
  const file: Partial<DriverFile> = {
    models: { Two: { channels: { 1: { limits: { voltageSetpoint: { minimum: 0, maximum: 6 } } }, 2: {} } } },
    parameters: { ...supply.parameters, voltageSetpoint: { ...supply.parameters['voltageSetpoint'], limits } },
  };
  const opened = async (answers: Answers): Promise<void> => {
    lab = await ScpiLab.opened(file, answers);
  };

  afterEach(() => lab.end());

  it('come before those of the file', async () => {
    await opened({
      'VOLT? MIN,(@1)': '+1.0E-02',
      'VOLT? MAX,(@1)': '+6.18E+00',
      'VOLT? MIN,(@2)': '0',
      'VOLT? MAX,(@2)': '25.75',
    });
    expect(lab.device.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 0.01, maximum: 6.18 });
    expect(lab.device.limits('voltageSetpoint', 2)).to.deep.equal({ minimum: 0, maximum: 25.75 });
    expect(lab.device.limits('voltage', 1)).to.equal(undefined);
  });

  it('let pass what an instrument of single precision has called its limit', async () => {
    const answers = { 'VOLT? MIN,(@1)': '+2.00000009E-03', 'VOLT? MAX,(@1)': '+6.17999983E+00' };
    await opened({ ...answers, 'VOLT? MIN,(@2)': '0', 'VOLT? MAX,(@2)': '5' });
    expect(lab.device.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 0.002, maximum: 6.18 });
  });

  it('are in order where the output is negative', async () => {
    const answers = { 'VOLT? MIN,(@1)': '0', 'VOLT? MAX,(@1)': '-25.75', 'VOLT? MIN,(@2)': '0', 'VOLT? MAX,(@2)': '5' };
    await opened(answers);
    expect(lab.device.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: -25.75, maximum: 0 });
  });

  it('are those of the file where the instrument says nothing, and it is asked only once', async () => {
    lab = new ScpiLab(file);
    await lab.outcome(lab.device.open(lab.call()));
    expect(lab.link.said.filter((text) => /M(IN|AX)/.test(text))).to.deep.equal(['VOLT? MIN,(@1)']);
    expect(lab.device.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 0, maximum: 6 });
    expect(lab.device.limits('voltageSetpoint', 2)).to.equal(undefined);
  });

  it('are those of the file where the answer is no number', async () => {
    await opened({ 'VOLT? MIN,(@1)': 'ERR', 'VOLT? MAX,(@1)': '9.91E37' });
    expect(lab.device.limits('voltageSetpoint', 1)).to.deep.equal({ minimum: 0, maximum: 6 });
  });
});
