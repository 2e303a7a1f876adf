import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HardwareError } from '../../../core/errors.js';
import { instrumentLock } from '../../../station/state/instrument-lock.js';
import { MemoryLog } from '../../support/memory-log.js';

const RESOURCE = 'TCPIP0::psu1::5025::SOCKET';
const FILE = 'TCPIP0%3A%3Apsu1%3A%3A5025%3A%3ASOCKET.lock';

describe('the lock of an instrument', () => {
  let directory: string;
  let locks: string;
  let log: MemoryLog;

  const claim = (resource = RESOURCE) => instrumentLock({ directory: locks, log })(resource);
  const ownedBy = (owner: object) => {
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, FILE), JSON.stringify({ start: '', host: hostname(), ...owner }));
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-locks-'));
    locks = join(directory, 'shared', 'instruments');
    log = new MemoryLog();
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('is a file that names this process', () => {
    claim();
    expect(JSON.parse(readFileSync(join(locks, FILE), 'utf8'))).to.include({ pid: process.pid, host: hostname() });
  });

  it('leaves nothing behind when it is released', () => {
    claim()();
    expect(readdirSync(locks)).to.deep.equal([]);
  });

  it('keeps a second station off, and says who has it and what to do', () => {
    claim();
    expect(() => claim())
      .to.throw(HardwareError, `${RESOURCE} is in use by process ${process.pid}: stop the other station or`)
      .with.property('code', 'LOCKED');
  });

  it('names the computer of a station that runs elsewhere', () => {
    ownedBy({ pid: 7, host: 'elsewhere' });
    expect(() => claim()).to.throw('in use by process 7 on elsewhere');
  });

  it('keeps nobody off another instrument', () => {
    claim();
    claim('GPIB0::4::INSTR');
    expect(readdirSync(locks)).to.have.length(2);
  });

  it('is taken over from a station that is dead', () => {
    ownedBy({ pid: spawnSync(process.execPath, ['--version']).pid });
    claim();
    expect(readFileSync(join(locks, FILE), 'utf8')).to.include(`"pid":${process.pid}`);
  });

  it('has a file name that every file system takes, and still tells instruments apart', () => {
    const long = (last: string) => `ASRL/dev/serial/by-id/${'x'.repeat(400)}${last}::INSTR`;
    claim(long('a'));
    claim(long('b'));
    const names = readdirSync(locks);
    expect(names).to.have.length(2);
    for (const name of names) expect(name.length).to.be.below(256);
  });

  it('names the variable when the directory cannot be used', () => {
    writeFileSync(join(directory, 'shared'), 'a file');
    expect(() => claim())
      .to.throw('name a directory by BUSBAR_LOCKS')
      .with.property('code', 'DEVICE_FAULT');
  });

  it('can be read by the station of another user', () => {
    claim();
    expect(statSync(join(locks, FILE)).mode & 0o777).to.equal(0o644);
  });
});
