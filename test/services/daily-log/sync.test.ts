import { expect } from 'chai';
import { silentLog } from '../../../core/log.js';
import { runInShell } from '../../../services/daily-log/shell.js';
import { Sync } from '../../../services/daily-log/sync.js';
import { fakeClock, type FakeClock } from '../../managers/fake-station.js';

/** A command that ends when it is told to. */
type Run = { readonly signals: string[]; readonly end: (failure?: string) => void };

describe('Sync', () => {
  let clock: FakeClock;
  let runs: Run[];
  let lines: string[];
  let sync: Sync;

  const run = () => {
    let end: Run['end'] = () => undefined;
    const ended = new Promise<string | undefined>((resolve) => (end = resolve));
    const signals: string[] = [];
    runs.push({
      signals,
      end: (failure) => {
        end(failure);
      },
    });
    return { ended, kill: (signal: string) => void signals.push(signal) };
  };
  const endLast = async (failure?: string) => {
    runs.at(-1)?.end(failure);
    await clock.pass(0);
  };

  beforeEach(() => {
    clock = fakeClock();
    runs = [];
    lines = [];
    const note = (message: string) => void lines.push(message);
    const log = { ...silentLog, warn: note, info: note };
    sync = new Sync({ command: 'copy', everyS: 100, limitS: 250, run, clock, log });
    sync.start();
  });

  afterEach(async () => {
    const stopping = sync.stop(600);
    await clock.pass(1_000);
    await stopping;
    for (const { end } of runs) end();
    await clock.pass(0);
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  it('runs at the start and then every period', async () => {
    await endLast();
    await clock.pass(100_000);
    await endLast();
    await clock.pass(100_000);
    expect(runs).to.have.length(3);
  });

  it('never runs twice at once', async () => {
    await clock.pass(210_000);
    expect(runs).to.have.length(1);
    expect(sync.skipped).to.equal(2);
    expect(lines).to.deep.equal(['synchronisation is skipped, the one before still runs']);
  });

  it('ends a run that hangs, first with words', async () => {
    await clock.pass(250_000);
    expect(runs[0]?.signals).to.deep.equal(['SIGTERM']);
    await clock.pass(5_000);
    expect(runs[0]?.signals).to.deep.equal(['SIGTERM', 'SIGKILL']);
    await endLast('ended by SIGKILL');
    await clock.pass(100_000);
    expect(runs).to.have.length(2);
  });

  it('leaves a run alone that has ended in time', async () => {
    await endLast();
    await clock.pass(99_000);
    expect(runs[0]?.signals).to.be.empty;
  });

  it('logs the first of many failures, and the first success after them', async () => {
    for (const failure of ['exit status 1', 'exit status 1', undefined, undefined]) {
      await endLast(failure);
      await clock.pass(100_000);
    }
    expect(lines).to.deep.equal(['synchronisation fails', 'synchronisation works again']);
  });

  it('says nothing while all is well', async () => {
    for (let count = 0; count < 5; count += 1) {
      await endLast();
      await clock.pass(100_000);
    }
    expect(lines).to.be.empty;
  });

  it('runs once more at the stop, and waits for it', async () => {
    await endLast();
    let isStopped = false;
    void sync.stop(600).then(() => (isStopped = true));
    await clock.pass(100);
    expect([runs.length, isStopped]).to.deep.equal([2, false]);
    await endLast();
    expect(isStopped).to.equal(true);
  });

  it('leaves the last run to itself when it takes long', async () => {
    await endLast();
    let isStopped = false;
    void sync.stop(600).then(() => (isStopped = true));
    await clock.pass(600);
    expect(isStopped).to.equal(true);
    expect(runs[1]?.signals).to.be.empty;
  });

  it('begins no second run at the stop while one is at work', async () => {
    await sync.stop(600);
    expect(runs).to.have.length(1);
  });
});

describe('runInShell', () => {
  for (const [command, outcome] of [
    ['true', undefined],
    ['exit 3', 'exit status 3'],
    ['kill -TERM $$', 'ended by SIGTERM'],
    ['no-such-program-anywhere', 'exit status 127'],
  ] as const) {
    it(`says of "${command}": ${outcome ?? 'done'}`, async () => {
      expect(await runInShell(command).ended).to.equal(outcome);
    });
  }

  it('ends a command with all that it has started', async () => {
    const running = runInShell('sleep 60 | sleep 60');
    running.kill('SIGTERM');
    expect(await running.ended).to.match(/SIGTERM|143/);
    running.kill('SIGKILL');
  });
});
