import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allKinds } from '../../../station/all-kinds.js';
import { diffParts } from '../../../station/config/diff-config.js';
import { readConfig, type ConfigResult } from '../../../station/config/read-config.js';
import { createDriverFiles } from '../../../station/driver-files.js';

const DRIVER = `driver: acme-one
title: Acme One
family: meter
source: its manual
identity:
  answer: '^(?<manufacturer>ACME),(?<model>One),(?<serial>[^,]*),(?<revision>.*)$'
models:
  One: {}
parameters:
  reading: { unit: V, ask: 'READ?' }
`;
const CONFIG = `managers:
  meter: { kind: instrument, driver: ./drivers/acme-one.yaml, resource: 'TCPIP::127.0.0.1::5025::SOCKET' }
  psu: { kind: psu, driver: virtual }
`;

describe('driver files of one’s own in a config', () => {
  let directory: string;
  let registries: typeof allKinds;
  const write = (driver: string): void => {
    writeFileSync(join(directory, 'drivers/acme-one.yaml'), driver);
  };
  const read = (): Promise<ConfigResult> => readConfig({ path: join(directory, 'lab.yaml'), env: {}, registries });
  const managers = async () => {
    const result = await read();
    if (result.type === 'problems') throw new Error(result.problems.join('\n'));
    return result.config.managers;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-own-driver-'));
    mkdirSync(join(directory, 'drivers'));
    registries = { ...allKinds, drivers: createDriverFiles(directory) };
    writeFileSync(join(directory, 'lab.yaml'), CONFIG);
    write(DRIVER);
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('make another manager of one whose file has changed, and of no other', async () => {
    const before = await managers();
    expect(diffParts(before, await managers()).changed).to.deep.equal([]);
    write(DRIVER.replace('READ?', 'FETCh?'));
    expect(diffParts(before, await managers()).changed).to.deep.equal(['meter']);
  });

  it('stay as they are when only words in a comment have', async () => {
    const before = await managers();
    write(`# a word about it\n${DRIVER}`);
    expect(diffParts(before, await managers()).changed).to.deep.equal([]);
  });

  it('are told to be wrong with their place, and with that in the config', async () => {
    write(DRIVER.replace('unit: V', 'unti: V'));
    const result = await read();
    expect(result.type === 'problems' && result.problems[0])
      .to.match(/lab\.yaml:2:3: managers\.meter: \.\/drivers\/acme-one\.yaml:10:14: parameters\.reading\.unti: unknown/)
      .and.to.match(/did you mean "unit"\?$/);
  });
});
