import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Clock } from '../../../core/clock.js';
import { LineFile, type LineFileOptions } from '../../../station/state/line-file.js';

/** Retries run when the test says so. */
const handClock = () => {
  const tasks: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (_ms, task) => {
      tasks.push(task);
      return () => undefined;
    },
    turn: (task) => {
      task();
    },
  };
  return {
    clock,
    runTimers: () => {
      for (const task of tasks.splice(0)) task();
    },
  };
};

describe('a file of lines', () => {
  let directory: string;
  let path: string;
  let edges: string[];
  let time: ReturnType<typeof handClock>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-lines-'));
    path = join(directory, 'log');
    edges = [];
    time = handClock();
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const open = (rest: Partial<LineFileOptions> = {}) =>
    new LineFile({
      path,
      clock: time.clock,
      maxWaitingBytes: 1000,
      onFailing: () => edges.push('failing'),
      onWorking: (dropped) => edges.push(`working, ${dropped} lost`),
      ...rest,
    });
  const written = () => readFileSync(path, 'utf8');

  it('holds every line, in order', async () => {
    const file = open();
    for (const line of ['a', 'b', 'c']) file.append(line);
    await file.close();
    expect(written()).to.equal('a\nb\nc\n');
  });

  it('goes on where the last one ended', async () => {
    writeFileSync(path, 'before\n');
    const file = open();
    file.append('after');
    await file.close();
    expect(written()).to.equal('before\nafter\n');
  });

  it('cuts off a line that a power cut has torn', async () => {
    writeFileSync(path, 'whole\n{"torn":');
    const file = open();
    file.append('next');
    await file.close();
    expect(written()).to.equal('whole\nnext\n');
  });

  it('cuts off a torn line of any length', async () => {
    writeFileSync(path, `whole\n${'x'.repeat(200_000)}`);
    const file = open();
    file.append('next');
    await file.close();
    expect(written()).to.equal('whole\nnext\n');
  });

  it('is private', async () => {
    const file = open();
    file.append('a');
    await file.close();
    const { mode } = await import('node:fs').then(({ statSync }) => statSync(path));
    expect(mode & 0o077).to.equal(0);
  });

  it('drops and counts what a slow disk cannot take', async () => {
    const file = open({ maxWaitingBytes: 10 });
    for (const line of ['1234567', 'too much', 'x']) file.append(line);
    await file.close();
    expect([written(), file.dropped]).to.deep.equal(['1234567\nx\n', 1]);
  });

  it('drops what comes after it was closed', async () => {
    const file = open();
    await file.close();
    file.append('late');
    expect(file.dropped).to.equal(1);
  });

  describe('on a disk that refuses', () => {
    const settled = async (file: LineFile, isFailing: boolean) => {
      while (file.isFailing !== isFailing) await new Promise(setImmediate);
    };

    beforeEach(() => {
      mkdirSync(path); // a directory where the file should be: every open fails
    });

    it('says so once', async () => {
      const file = open();
      file.append('a');
      time.runTimers();
      await settled(file, true);
      file.append('b');
      time.runTimers();
      await file.close();
      expect(edges).to.deep.equal(['failing']);
    });

    it('goes on by itself with all that has waited', async () => {
      const file = open();
      file.append('a');
      time.runTimers();
      await settled(file, true);
      file.append('b');
      rmSync(path, { recursive: true });
      time.runTimers();
      await settled(file, false);
      await file.close();
      expect([written(), edges]).to.deep.equal(['a\nb\n', ['failing', 'working, 0 lost']]);
    });

    it('closes all the same', async () => {
      const file = open();
      file.append('a');
      await file.close();
      expect(file.isFailing).to.be.true;
    });
  });

  describe('with a size', () => {
    it('puts full files aside and keeps the newest few', async () => {
      const file = open({ rotation: { bytes: 4, keep: 3 } });
      for (const line of ['1111', '2222', '3333', '4444', '5555']) {
        file.append(line);
        await file.idle();
      }
      await file.close();
      const all = ['log', 'log.1', 'log.2'].map((name) => readFileSync(join(directory, name), 'utf8').trim());
      expect([all, readdirSync(directory).length]).to.deep.equal([['5555', '4444', '3333'], 3]);
    });
  });
});
