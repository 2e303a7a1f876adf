import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { check } from '../../cli/check.js';
import { checkDriver } from '../../cli/check-driver.js';
import { CliError } from '../../cli/exit.js';
import { driverFiles } from '../../station/driver-files.js';

const SUPPLY = `driver: acme-two
title: Acme Two
family: psu
source: its manual
identity:
  answer: '^(?<manufacturer>ACME),(?<model>Two),(?<serial>[^,]*),(?<revision>.*)$'
initialize:
  - { send: 'SYSTem:REMote' }
select: 'INSTrument:NSELect {channel}'
models:
  Two: { channels: { 1: {}, 2: {} } }
parameters:
  voltageSetpoint:
    ask: '[SOURce:]VOLTage[:LEVel]?'
    tell: '[SOURce:]VOLTage[:LEVel] {value}'
    limits: { minimum: 0, maximum: '[SOURce:]VOLTage[:LEVel]? MAXimum' }
  enabled: { ask: 'OUTPut?', tell: 'OUTPut {value}' }
commands:
  beep: { description: Beeps, scope: manager, send: ['SYSTem:BEEPer'] }
`;

describe('busbar check of a driver file', () => {
  let directory: string;
  const printed: string[] = [];
  const lines = { out: (line: string) => printed.push(line), err: () => undefined };
  const write = (text: string): string => {
    const path = join(directory, 'acme-two.yaml');
    writeFileSync(path, text);
    return path;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-check-'));
    printed.length = 0;
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('shows what will be said, to be held against the manual', async () => {
    const path = write(SUPPLY);
    await check(path, lines);
    expect(printed).to.deep.equal([
      `${path}: good (psu; Two; untested on hardware)`,
      '  connect          *IDN?   SYST:REM',
      '  voltageSetpoint  INST:NSEL 1   VOLT?   VOLT {value}   VOLT? MAXimum',
      '  enabled          INST:NSEL 1   OUTP?   OUTP {value}',
      '  beep             SYST:BEEP',
    ]);
  });

  it('says on what it was tried', async () => {
    await check(write(`${SUPPLY}testedOn: serial 17, firmware 1.2\n`), lines);
    expect(printed[0]).to.match(/\(psu; Two; tested on serial 17, firmware 1\.2\)$/);
  });

  it('tells everything that is wrong, and refuses', async () => {
    const path = write(SUPPLY.replace('enabled:', 'enbled:').replace("'SYSTem:BEEPer'", "'SYSTem:BEEPer {long}'"));
    const failure: unknown = await check(path, lines).catch((thrown: unknown) => thrown);
    expect(failure).to.be.instanceOf(CliError).with.property('message', `4 problems in ${path}`);
    const places = printed.map((line) => /:\d+:\d+: ([\w.]+): /.exec(line)?.[1]);
    expect(places).to.deep.equal(['parameters', 'parameters.enbled', 'parameters.enbled', 'commands.beep.send.0']);
    expect(printed[1]).to.match(/did you mean "enabled"\?$/);
  });

  it('shows what is said by every file that is shipped', () => {
    for (const name of driverFiles.names()) {
      printed.length = 0;
      checkDriver(join('managers/models', `${name}.yaml`), lines);
      expect(printed[0], name).to.match(/: good \(/);
      expect(printed.join('\n'), name).to.not.match(/\[|\{channel\}/);
    }
  });
});
