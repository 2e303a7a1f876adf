import FakeTimers, { type Clock as FakeClock } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import type { StationConfig } from '../../station/config/station-config.js';
import { systemClock } from '../../station/system-clock.js';
import { configOf, fakeStation } from './support.js';

const one = configOf({ managers: { hv: {} }, connectors: { web: { port: 1 } }, services: { log: {} } });

describe('a station', () => {
  let timers: FakeClock;
  let run: ReturnType<typeof fakeStation>;

  beforeEach(() => {
    timers = FakeTimers.install();
  });

  afterEach(async () => {
    const stopped = run.station.stop();
    await timers.tickAsync(5_000);
    await stopped;
    timers.uninstall();
  });

  const build = (config: StationConfig) => {
    run = fakeStation(config, systemClock);
  };
  const start = async (config: StationConfig) => {
    build(config);
    const started = run.station.start();
    await timers.tickAsync(1);
    return started;
  };
  const stop = async () => {
    const stopped = run.station.stop();
    await timers.tickAsync(5_000);
    await stopped;
  };
  const answerTo = async (command: string, values = {}) => {
    run.send('station', command, values);
    await timers.tickAsync(10);
    const answer = run.answers().findLast((found) => found.command.command === command);
    return answer?.type === 'reply' ? answer.value : answer?.problem;
  };

  describe('that starts', () => {
    it('opens its ports when its managers run', async () => {
      await start(one);
      expect(run.diary).to.deep.equal(['log started', 'hv opened', 'web started']);
    });

    it('starts what plays instruments before those who want to reach them', async () => {
      const { hv } = one.managers;
      const bench = { kind: 'player', options: {} };
      await start({ ...one, managers: hv === undefined ? { bench } : { hv, bench } });
      expect(run.diary.slice(0, 3)).to.deep.equal(['log started', 'bench opened', 'hv opened']);
    });

    it('tells where it listens', async () => {
      expect(await start(one)).to.deep.equal([{ name: 'web', url: 'tcp://127.0.0.1:1' }]);
    });

    it('is itself a manager, beside the others', async () => {
      await start(one);
      expect(run.bus.describe().map(({ name, kind }) => [name, kind])).to.deep.equal([
        ['station', 'station'],
        ['hv', 'fake'],
      ]);
    });
  });

  describe('that cannot have one of its ports', () => {
    const taken = configOf({
      managers: { hv: {} },
      connectors: { a: {}, b: { fails: true } },
      station: { safeAction: 'makeSafe' },
    });
    let problem: unknown;

    beforeEach(async () => {
      build(taken);
      const started = run.station.start().catch((thrown: unknown) => (problem = thrown));
      await timers.tickAsync(5_000);
      await started;
    });

    it('says which and why', () => {
      expect(String(problem)).to.include('b: address in use');
    });

    it('leaves nothing running', () => {
      expect(run.diary).to.include.members(['a stopped', 'hv closed']);
    });

    it('makes nothing safe, for another station may be running it', () => {
      expect(run.diary).to.not.include('hv safe');
    });
  });

  describe('that stops', () => {
    it('stops managers before connectors, so that aborted commands are still answered', async () => {
      await start(one);
      run.diary.length = 0;
      await stop();
      expect(run.diary).to.deep.equal(['hv closed', 'web stopped', 'log stopped']);
    });

    it('answers what runs', async () => {
      await start(one);
      run.send('hv', 'wait');
      await stop();
      expect(run.answers().map((answer) => answer.type === 'failure' && answer.problem.code)).to.deep.equal([
        'STOPPING',
      ]);
    });

    it('takes no new commands', async () => {
      await start(one);
      const stopped = run.station.stop();
      run.send('hv', 'wait');
      await timers.tickAsync(5_000);
      await stopped;
      expect(run.answers().map((answer) => answer.type === 'failure' && answer.problem.code)).to.deep.equal([
        'STOPPING',
      ]);
    });

    it('leaves the outputs as they are unless it is told otherwise', async () => {
      await start(one);
      await stop();
      expect(run.diary).to.not.include('hv safe');
    });

    it('makes managers safe while it still has them, when that is configured', async () => {
      await start(configOf({ managers: { hv: {} }, station: { safeAction: 'makeSafe' } }));
      run.diary.length = 0;
      await stop();
      expect(run.diary).to.deep.equal(['hv safe', 'hv closed']);
    });

    it('is done in time though a connector never ends', async () => {
      await start(configOf({ connectors: { web: { hangs: true } } }));
      const startMs = timers.now;
      let endMs = Infinity;
      const stopped = run.station.stop().then(() => (endMs = timers.now));
      await timers.tickAsync(5_000);
      await stopped;
      expect(endMs - startMs).to.be.at.most(1_300);
    });

    it('leaves no timer behind', async () => {
      await start(one);
      await stop();
      expect(timers.countTimers()).to.equal(0);
    });
  });

  describe('that reloads', () => {
    beforeEach(async () => {
      await start(
        configOf({
          managers: { same: {}, changed: { x: 1 }, gone: {} },
          connectors: { same: {}, changed: { port: 1 }, gone: {} },
        }),
      );
      run.diary.length = 0;
    });

    const after = configOf({
      managers: { same: {}, changed: { x: 2 }, fresh: {} },
      connectors: { same: {}, changed: { port: 2 }, fresh: {} },
    });

    it('touches what has changed and nothing else', async () => {
      run.write(after);
      await answerTo('reload');
      expect(run.diary.filter((line) => line.startsWith('same'))).to.deep.equal([]);
    });

    it('replaces, adds and removes', async () => {
      run.write(after);
      await answerTo('reload');
      expect(run.diary).to.deep.equal([
        'gone stopped',
        'changed stopped',
        'changed started',
        'fresh started',
        'fresh opened',
        'changed closed',
        'changed opened',
        'gone closed',
      ]);
    });

    it('tells what it did', async () => {
      run.write(after);
      const changes = { added: ['fresh'], changed: ['changed'], removed: ['gone'] };
      expect(await answerTo('reload')).to.deep.include({ managers: changes, connectors: changes });
    });

    it('begins a new epoch for a manager that was restarted, and says so', async () => {
      const epoch = () => run.outputs.findLast(({ manager }) => manager === 'changed')?.epoch ?? 0;
      const before = epoch();
      run.write(after);
      await answerTo('reload');
      const events = run.outputs.filter((output) => output.type === 'event' && output.event === 'restarted');
      expect([epoch() > before, events.length]).to.deep.equal([true, 1]);
    });

    it('makes nothing safe', async () => {
      run.write({ ...after, station: { ...after.station, safeAction: 'makeSafe' } });
      await answerTo('reload');
      expect(run.diary.filter((line) => line.endsWith('safe'))).to.deep.equal([]);
    });

    it('keeps everything when the config is wrong, and answers with the lines', async () => {
      run.write(['lab.yaml:1:1: managers: wrong']);
      const answer = await answerTo('reload');
      expect([run.diary, JSON.stringify(answer).includes('lab.yaml:1:1: managers: wrong'), run.logged]).to.deep.equal([
        [],
        true,
        ['config problem'],
      ]);
    });

    it('brings the old connectors back when a new port cannot be had', async () => {
      run.write(configOf({ managers: {}, connectors: { same: {}, changed: { port: 2, fails: true }, gone: {} } }));
      await answerTo('reload');
      expect(run.diary).to.deep.equal(['changed stopped', 'changed stopped', 'changed started']);
    });

    it('answers why a new port cannot be had', async () => {
      run.write(configOf({ connectors: { changed: { fails: true } } }));
      expect(await answerTo('reload')).to.deep.include({ message: 'changed: address in use' });
    });

    it('can be tried again after that', async () => {
      run.write(configOf({ connectors: { changed: { fails: true } } }));
      await answerTo('reload');
      run.write(after);
      expect(await answerTo('reload')).to.have.property('managers');
    });

    it('answers for a manager that was removed: there is none of that name', async () => {
      run.write(after);
      await answerTo('reload');
      run.send('gone', 'wait');
      expect(run.answers().at(-1))
        .to.deep.include({ type: 'failure' })
        .and.have.nested.property('problem.code', 'UNKNOWN_MANAGER');
    });
  });

  describe('that is asked', () => {
    it('makes everything safe and tells of each manager', async () => {
      await start(configOf({ managers: { a: {}, b: { unsafe: true } } }));
      expect(await answerTo('stopAll')).to.deep.equal({
        isSafe: false,
        managers: { a: 'safe', b: 'DEVICE_FAULT: relay stuck' },
      });
    });

    it('has the history of what was read', async () => {
      await start(one);
      expect(await answerTo('history', { topic: 'hv/level' })).to.have.deep.nested.property('points[0][1]', 5);
    });

    it('refuses a history of what was never read', async () => {
      await start(one);
      expect(await answerTo('history', { topic: 'hv/nothing' })).to.include({ code: 'BAD_ARGUMENT' });
    });

    it('tells who it is', async () => {
      await start(one);
      expect(await answerTo('info')).to.include({ name: 'test', version: '1.2.3' });
    });
  });

  it('counts a rejection that nobody listened to, and raises an alarm', async () => {
    await start(one);
    run.station.countRejection(new Error('oops'));
    await timers.tickAsync(1_000);
    const [count] = run.outputs
      .filter((output) => output.type === 'reading' && output.parameter === 'unhandledRejections')
      .slice(-1);
    const alarms = run.outputs.filter((output) => output.type === 'alarm' && output.alarm === 'defect');
    expect([count?.type === 'reading' && count.value, alarms.length]).to.deep.equal([1, 1]);
  });
});
