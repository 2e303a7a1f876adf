import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockState } from '../../../station/state/state-lock.js';

describe('the lock of a state directory', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-lock-'));
    path = join(directory, 'lock');
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const ownedBy = (owner: object) => {
    writeFileSync(path, JSON.stringify({ start: '', host: hostname(), ...owner }));
  };
  const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

  it('names this process', () => {
    lockState(directory);
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.include({ pid: process.pid, host: hostname() });
  });

  it('leaves nothing behind when it is released', () => {
    lockState(directory).release();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('keeps a second station off, and says what to do', () => {
    lockState(directory);
    expect(() => lockState(directory)).to.throw(
      `the state directory ${directory} is in use by process ${process.pid}: stop it, or give this one another directory`,
    );
  });

  it('keeps off what lives on another computer, for nobody can tell', () => {
    ownedBy({ pid: 1, host: 'elsewhere' });
    expect(() => lockState(directory)).to.throw('in use by process 1 on elsewhere');
  });

  it('is taken over from a process that is dead', () => {
    ownedBy({ pid: deadPid() });
    lockState(directory);
    expect(readFileSync(path, 'utf8')).to.include(`"pid":${process.pid}`);
  });

  it('is taken over when its process number was given to another since', () => {
    ownedBy({ pid: process.ppid, start: 'an older boot 1' });
    lockState(directory);
    expect(readFileSync(path, 'utf8')).to.include(`"pid":${process.pid}`);
  });

  it('is taken over from half a lock', () => {
    writeFileSync(path, '{"pi');
    lockState(directory);
    expect(readFileSync(path, 'utf8')).to.include(`"pid":${process.pid}`);
  });

  it('is not released when another has taken it over meanwhile', () => {
    const lock = lockState(directory);
    ownedBy({ pid: 1 });
    lock.release();
    expect(existsSync(path)).to.be.true;
  });
});
