import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { silentLog } from '../../../core/log.js';
import type { OutputBody } from '../../../core/message.js';
import { seededRandom } from '../../../core/random.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { dailyLogKind, dailyLogOptions } from '../../../services/daily-log/daily-log.kind.js';
import { DailyLog } from '../../../services/daily-log/daily-log.js';
import { Bus } from '../../../core/bus.js';
import { fakeClock, type FakeClock } from '../../managers/fake-station.js';
import { MemoryDisk } from './memory-disk.js';

const validate = createCompiler()(dailyLogKind.optionsSchema);
const NOON = new Date(2026, 0, 15, 12).getTime();
const FILE = 'data/HV/26-01-15.tsv';

const fitting: readonly JsonObject[] = [
  {},
  { root: '/srv/data', folder: 'HV2', manager: 'hv-2', channel: 'shift', isVirtual: true },
  { sync: { command: 'rclone copy ./data ./test-db' } },
  { sync: null, channel: null },
];
const unfit: readonly JsonObject[] = [
  { folder: '../HV' },
  { folder: 'a/b' },
  { sync: {} },
  { sync: { command: '' } },
  { sync: { command: 'true', everyS: 0 } },
  { suffix: '-virtual' },
];

describe('the options of a daily log', () => {
  for (const options of fitting) {
    it(`take ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.be.empty;
    });
  }

  for (const options of unfit) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(validate(options)).to.not.be.empty;
    });
  }

  it('copy every two hours unless told otherwise', () => {
    const command = 'rclone copy ./data ./test-db';
    expect(dailyLogOptions({ sync: { command } }).sync).to.deep.equal({ command, everyS: 7_200, limitS: 3_600 });
  });
});

describe('the daily log', () => {
  let clock: FakeClock;
  let bus: Bus;
  let disk: MemoryDisk;
  let alarms: string[];
  let commands: string[];
  let log: DailyLog;
  let copying: Promise<undefined>;

  const build = (options: JsonObject = {}) => {
    const run = (command: string) => {
      commands.push(command);
      return { ended: copying, kill: () => undefined };
    };
    const context = { name: 'log', bus, clock, random: seededRandom(1), log: silentLog, compile: createCompiler() };
    return new DailyLog(dailyLogOptions(options), context, { open: disk.open, makeDirectory: disk.makeDirectory, run });
  };
  const begin = async (options: JsonObject = {}) => {
    log = build(options);
    await log.start();
    await clock.pass(0);
  };
  const say = (body: Partial<Extract<OutputBody, { type: 'reading' }>>, manager = 'hv') => {
    bus
      .streamOf(manager)
      .publish({ type: 'reading', channel: 1, parameter: 'voltage', value: 1, quality: 'good', timeMs: NOON, ...body });
  };
  const logged = (path = FILE) => disk.text(path).split('\n').slice(1, -1);

  beforeEach(() => {
    clock = fakeClock();
    bus = new Bus({ clock });
    disk = new MemoryDisk();
    alarms = [];
    commands = [];
    copying = Promise.resolve(undefined);
    bus.outputs.subscribe((output) => {
      if (output.type === 'alarm')
        alarms.push(`${output.isActive ? 'raised' : 'cleared'} after ${Math.round(output.timeMs - start)} ms`);
    });
    const start = clock.now();
  });

  afterEach(async () => {
    const stopping = log.stop();
    await clock.pass(5_000);
    await stopping;
    expect(clock.timerCount()).to.equal(0);
    clock.uninstall();
  });

  it('makes its directory when it starts', async () => {
    await begin();
    expect(disk.directories).to.deep.equal(['data/HV']);
    expect(disk.files).to.be.empty;
  });

  it('writes one line a measurement', async () => {
    await begin();
    say({ value: 500.7 });
    await clock.pass(0);
    say({ value: -0.06, timeMs: NOON + 4_000.5 });
    await clock.pass(0);
    expect(disk.text(FILE)).to.equal('timestamp\tHV\n12:00:00.000000\t500.7\n12:00:04.000500\t-0.06\n');
  });

  it('opens and closes the file each time', async () => {
    await begin();
    for (let count = 0; count < 3; count += 1) {
      say({});
      await clock.pass(4_000);
    }
    expect([disk.opened, disk.openFiles]).to.deep.equal([3, 0]);
  });

  it('keeps virtual measurements apart', async () => {
    await begin({ isVirtual: true });
    say({});
    await clock.pass(0);
    expect([...disk.files.keys()]).to.deep.equal(['data/HV/26-01-15-virtual.tsv']);
  });

  it('begins a new file at local midnight, in order', async () => {
    await begin();
    const midnight = new Date(2026, 0, 16).getTime();
    for (const [index, timeMs] of [midnight - 2, midnight - 1, midnight, midnight + 1].entries())
      say({ value: index, timeMs });
    await clock.pass(0);
    expect(logged()).to.deep.equal(['23:59:59.998000\t0.0', '23:59:59.999000\t1.0']);
    expect(logged('data/HV/26-01-16.tsv')).to.deep.equal(['00:00:00.000000\t2.0', '00:00:00.001000\t3.0']);
  });

  it('logs its own parameter alone, and no bad reading', async () => {
    await begin();
    say({ channel: 2 });
    say({ parameter: 'voltageSetpoint' });
    say({}, 'hv-2');
    say({ value: null, quality: 'bad' });
    await clock.pass(0);
    expect(disk.files).to.be.empty;
  });

  it('logs the parameter of a whole manager', async () => {
    await begin({ channel: null, parameter: 'pressure', manager: 'gauge', folder: 'gauge' });
    bus.streamOf('gauge').publish({ type: 'reading', parameter: 'pressure', value: 3, quality: 'good', timeMs: NOON });
    await clock.pass(0);
    expect(disk.text('data/gauge/26-01-15.tsv')).to.contain('timestamp\tgauge\n');
  });

  it('gathers what comes during an append into the next, in order', async () => {
    await begin();
    for (let value = 0; value < 1_000; value += 1) say({ value });
    await clock.pass(0);
    expect(logged().map((text) => Number(text.split('\t')[1]))).to.deep.equal(
      Array.from({ length: 1_000 }, (_, value) => value),
    );
    expect(disk.opened).to.be.below(5);
  });

  for (const [name, spoil, mend] of [
    ['full', () => (disk.room = 30), () => (disk.room = Infinity)],
    ['read-only', () => (disk.isReadOnly = true), () => (disk.isReadOnly = false)],
  ] as const) {
    it(`alarms within a second when the disk is ${name}, and resumes by itself without a gap or a torn line`, async () => {
      await begin();
      spoil();
      for (let value = 0; value < 10; value += 1) {
        say({ value });
        await clock.pass(4_000);
      }
      expect(alarms).to.deep.equal(['raised after 0 ms']);
      mend();
      await clock.pass(11_000);
      expect(alarms).to.have.length(2);
      expect(alarms[1]).to.match(/^cleared/);
      expect(logged().map((text) => Number(text.split('\t')[1]))).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });
  }

  it('alarms within a second when the disk hangs', async () => {
    await begin();
    disk.isHanging = true;
    say({});
    await clock.pass(1_000);
    expect(alarms).to.deep.equal(['raised after 800 ms']);
  });

  it('stops within a second with a disk that hangs', async () => {
    await begin();
    disk.isHanging = true;
    say({});
    let isStopped = false;
    void log.stop().then(() => (isStopped = true));
    await clock.pass(1_000);
    expect(isStopped).to.equal(true);
  });

  it('stops within 600 ms when the disk hangs and the last copy takes long', async () => {
    await begin({ sync: { command: 'copy' } });
    disk.isHanging = true;
    copying = new Promise((resolve) => {
      clock.after(2_000, () => {
        resolve(undefined);
      });
    });
    say({});
    let isStopped = false;
    void log.stop().then(() => (isStopped = true));
    await clock.pass(599);
    expect([commands.length, isStopped]).to.deep.equal([2, false]);
    await clock.pass(1);
    expect(isStopped).to.equal(true);
  });

  it('writes what it has before it stops, and nothing after', async () => {
    await begin();
    say({ value: 1 });
    await log.stop();
    say({ value: 2 });
    await clock.pass(0);
    expect(logged()).to.have.length(1);
  });

  it('copies nothing unless told', async () => {
    await begin();
    await clock.pass(86_400_000);
    expect(commands).to.be.empty;
  });

  it('copies at the start when the directory is there, every period, and at the stop', async () => {
    await begin({ sync: { command: 'copy' } });
    expect([disk.directories.length, commands.length]).to.deep.equal([1, 1]);
    await clock.pass(7_200_000 * 2);
    expect(commands).to.have.length(3);
    await log.stop();
    expect(commands).to.have.length(4);
  });
});
