import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect } from 'chai';
import { isAlive, nameOf, parseOwner, thisProcess } from '../../../station/state/owner.js';

describe('who holds a lock', () => {
  let parent: ChildProcess | undefined;

  afterEach(() => {
    parent?.kill('SIGKILL');
    parent = undefined;
  });

  const ownerOf = (pid: number, start = '') => ({ pid, start, host: hostname() });

  it('is alive while it runs, and is read as it was written', () => {
    const me = thisProcess();
    expect(isAlive(me)).to.equal(true);
    expect(parseOwner(JSON.stringify(me))).to.deep.equal(me);
    expect(nameOf(me)).to.equal(`process ${process.pid}`);
  });

  it('is another when its number was given out again', () => {
    expect(isAlive({ ...thisProcess(), start: 'another boot 17' })).to.equal(false);
  });

  it('is dead when it has ended', () => {
    expect(isAlive(ownerOf(spawnSync(process.execPath, ['--version']).pid))).to.equal(false);
  });

  it('is dead when it was killed and nobody has taken notice of that', async () => {
    // What it starts ends at once; what it becomes never asks for that.
    parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const { stdout } = parent;
    if (stdout === null) throw new Error('no stdout');
    const pid = Number(String(await once(stdout, 'data')));
    while (isAlive(ownerOf(pid))) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(() => process.kill(pid, 0)).not.to.throw(); // it is still there
  });

  it('counts as alive on another computer', () => {
    const owner = { pid: 7, start: '', host: 'elsewhere' };
    expect([isAlive(owner), nameOf(owner)]).to.deep.equal([true, 'process 7 on elsewhere']);
  });

  for (const text of ['', '{', '[]', '{"pid":"7","start":"","host":"x"}']) {
    it(`is nobody in ${JSON.stringify(text)}`, () => {
      expect(parseOwner(text)).to.equal(undefined);
    });
  }
});
