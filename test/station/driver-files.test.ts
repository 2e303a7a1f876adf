import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkDriverFile } from '../../core/driver-file/check-driver-file.js';
import type { DriverFiles } from '../../core/driver-file/driver-files.js';
import { HardwareError } from '../../core/errors.js';
import { createDriverFiles, isMeantAsDriverFile, MAX_DRIVER_FILE_BYTES } from '../../station/driver-files.js';

const good = `driver: acme-one
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

describe('driver files', () => {
  let directory: string;
  let files: DriverFiles;
  const write = (text: string, name = 'acme-one.yaml'): void => {
    writeFileSync(join(directory, name), text);
  };
  const problems = (text: string): readonly string[] => {
    write(text);
    try {
      files.read('./acme-one.yaml');
      return [];
    } catch (thrown) {
      expect(thrown).to.be.instanceOf(HardwareError).with.property('code', 'BAD_ARGUMENT');
      return thrown instanceof Error ? thrown.message.split('\n') : [];
    }
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-drivers-'));
    files = createDriverFiles(directory);
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('are read by name where they are shipped, and have nothing wrong with them', () => {
    expect(files.names()).to.have.length.above(10);
    for (const name of files.names()) {
      const file = files.read(name);
      expect(file.driver).to.equal(name);
      expect(checkDriverFile(file)).to.deep.equal([]);
    }
  });

  it('are read by path, from where the config is', () => {
    write(good);
    expect(files.read('./acme-one.yaml').title).to.equal('Acme One');
    expect(files.read(join(directory, 'acme-one.yaml')).title).to.equal('Acme One');
  });

  it('may end in .yml, too', () => {
    write(good, 'acme-one.yml');
    expect(files.read('./acme-one.yml').title).to.equal('Acme One');
  });

  it('are told from configs by their first words', () => {
    expect(isMeantAsDriverFile(good)).to.equal(true);
    expect(isMeantAsDriverFile(`# mine\n${good.replace('title', 'tilte')}`)).to.equal(true);
    expect(isMeantAsDriverFile('managers:\n  hv: { kind: hv }\ndriver: x\n')).to.equal(false);
    expect(isMeantAsDriverFile('managers:\n  psu:\n    driver: keysight-e36300\n')).to.equal(false);
  });

  it('are read once, and again when they have changed', () => {
    write(good);
    const first = files.read('./acme-one.yaml');
    expect(files.read('./acme-one.yaml')).to.equal(first);
    write(good.replace('Acme One', 'Acme 1!!'));
    const { atimeMs } = statSync(join(directory, 'acme-one.yaml'));
    utimesSync(join(directory, 'acme-one.yaml'), atimeMs / 1_000, atimeMs / 1_000 + 5);
    expect(files.read('./acme-one.yaml').title).to.equal('Acme 1!!');
  });

  it('name what is meant when there is none of the name', () => {
    expect(() => files.read('keysight-e3630')).to.throw(
      HardwareError,
      /did you mean "keysight-e36300"\?; shipped are agilent/,
    );
    expect(() => files.read('./none.yaml')).to.throw(HardwareError, './none.yaml cannot be read: ENOENT');
  });

  it('do not leave the folder of those that are shipped by a name', () => {
    expect(() => files.read('../hv/hv')).to.throw(HardwareError, 'there is no driver file ../hv/hv');
  });

  it('tell what does not fit the schema, all of it, with its place', () => {
    const text = good.replace('family: meter', 'family: metre').replace("ask: 'READ?'", "ask: 'READ?', pollms: 5");
    expect(problems(text)).to.deep.equal([
      './acme-one.yaml:3:1: family: must be one of psu, meter, calibrator, instrument, not "metre"; did you mean "meter"?',
      problems(text)[1],
    ]);
    expect(problems(text)[1]).to.match(
      /^\.\/acme-one\.yaml:10:37: parameters\.reading\.pollms: unknown "pollms".*did you mean "pollMs"\?$/,
    );
  });

  it('tell what no schema can say, with its place', () => {
    expect(problems(good.replace("unit: V, ask: 'READ?'", "ask: 'READ? {value}'"))).to.deep.equal([
      './acme-one.yaml:10:3: parameters.reading: is a number without unit; for a pure number write unit: 1',
      './acme-one.yaml:10:14: parameters.reading.ask: has {value}; nothing varies in it',
    ]);
  });

  it('tell which name is most likely meant', () => {
    const text = good
      .replace('reading:', 'Reading:')
      .replace('Reading', 'readng')
      .replace('One: {}', 'One: { without: [redng] }');
    const told = problems(text);
    expect(told[0]).to.match(/there is no parameter or command redng in this file; did you mean "readng"\?$/);
    expect(told[1]).to.match(/parameters\.readng: needs a description: .+; did you mean "reading"\?$/);
  });

  it('are called as they call themselves', () => {
    expect(problems(good.replace('driver: acme-one', 'driver: acme'))).to.deep.equal([
      './acme-one.yaml:1:1: driver: must be acme-one, as the file is called',
    ]);
  });

  it('tell what is no YAML', () => {
    expect(problems(`${good}models: [`)[0]).to.match(/^\.\/acme-one\.yaml:\d+:\d+: /);
  });

  it('are files, and no folders', () => {
    mkdirSync(join(directory, 'folder.yaml'));
    expect(() => files.read('./folder.yaml')).to.throw(HardwareError, './folder.yaml cannot be read: it is no file');
  });

  it('are files, and nothing that may never end', () => {
    symlinkSync('/dev/zero', join(directory, 'zero.yaml'));
    expect(() => files.read('./zero.yaml')).to.throw(HardwareError, './zero.yaml cannot be read: it is no file');
  });

  it('are no larger than a driver file can be', () => {
    expect(problems(`${good}# ${'x'.repeat(MAX_DRIVER_FILE_BYTES)}`)[0]).to.contain(
      `the limit of a driver file is ${MAX_DRIVER_FILE_BYTES}`,
    );
  });
});
