import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Bus } from '../../../core/bus.js';
import type { Output } from '../../../core/message.js';
import type { LogEntry } from '../../../station/log/log-entry.js';
import { openStateFiles, type StateFiles } from '../../../station/state/state-files.js';
import { systemClock } from '../../../station/system-clock.js';
import { settings } from '../support.js';

const entry: LogEntry = { timeMs: 0, level: 'info', message: 'hello', fields: {} };

describe('the state directory', () => {
  let parent: string;
  let directory: string;
  let outputs: Output[];
  let files: StateFiles;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'busbar-state-'));
    directory = join(parent, 'state');
    outputs = [];
  });

  afterEach(async () => {
    await files.close();
    rmSync(parent, { recursive: true, force: true });
  });

  const open = (log = { fileBytes: 1000 }) => {
    const bus = new Bus({ clock: systemClock });
    bus.outputs.subscribe((output) => outputs.push(output));
    files = openStateFiles({ directory, bus, clock: systemClock, settings: { ...settings.log, ...log } });
  };
  const alarms = () => outputs.filter((output) => output.type === 'alarm');

  it('is made when it is not there, for its owner alone', () => {
    open();
    expect(statSync(directory).mode & 0o777).to.equal(0o700);
  });

  it('has the log as JSON lines', async () => {
    open();
    files.logTarget(entry);
    await files.close();
    expect(JSON.parse(readFileSync(join(directory, 'logs/busbar.jsonl'), 'utf8'))).to.include({ message: 'hello' });
  });

  it('has no log when its size is 0', async () => {
    open({ fileBytes: 0 });
    files.logTarget(entry);
    await files.close();
    expect(() => statSync(join(directory, 'logs/busbar.jsonl'))).to.throw('ENOENT');
  });

  it('raises an alarm when it cannot be written, once, and not through the log', async () => {
    mkdirSync(join(directory, 'logs/busbar.jsonl'), { recursive: true });
    open();
    for (let line = 0; line < 3; line += 1) files.logTarget(entry);
    while (alarms().length === 0) await new Promise(setImmediate);
    expect(alarms()).to.have.length(1);
    expect(alarms()[0]).to.deep.include({ manager: 'station', alarm: 'logFile', isActive: true });
  });

  it('is let go of at the end', async () => {
    open();
    await files.close();
    expect(() => {
      open();
    }).to.not.throw();
  });
});
