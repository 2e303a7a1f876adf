import { expect } from 'chai';
import type { Frame } from '../../../web-debug/model/log-entry.js';
import { LogEntry, logKinds } from '../../../web-debug/model/log-entry.js';
import { MessageLog } from '../../../web-debug/model/message-log.js';

const stamp = { epoch: 1, seq: 1, previous: 0, timeMs: 0 };
const reading = (value: number): Frame => ({
  type: 'reading',
  manager: 'hv',
  topic: 'hv/1/voltage',
  channel: 1,
  parameter: 'voltage',
  value,
  unit: 'V',
  quality: 'good',
  ...stamp,
});
const event = (manager: string, name: string): Frame => ({
  type: 'event',
  manager,
  topic: `${manager}/$event`,
  event: name,
  details: {},
  ...stamp,
});
const all = { kinds: new Set(logKinds), manager: '', search: '' };

describe('the message log', () => {
  let log: MessageLog;
  let count: number;
  const add = (frame: Frame): void => {
    count += 1;
    log.add(new LogEntry(count, 0, 'received', frame));
  };
  const lines = (filter = all, max = 100, upTo = Infinity): string[] =>
    log.select(filter, max, upTo).map(({ line }) => line);

  beforeEach(() => {
    log = new MessageLog(3, 5);
    count = 0;
  });

  it('shows the newest first, readings and others in one order', () => {
    add(event('hv', 'online'));
    add(reading(1));
    add(event('hv', 'busy'));
    expect(lines()).to.deep.equal(['hv busy {}', 'hv/1/voltage = 1 V', 'hv online {}']);
  });

  it('does not let fast readings push out what was answered', () => {
    add(event('hv', 'online'));
    for (let value = 0; value < 1_000; value += 1) add(reading(value));
    expect(lines()).to.deep.equal([
      'hv/1/voltage = 999 V',
      'hv/1/voltage = 998 V',
      'hv/1/voltage = 997 V',
      'hv online {}',
    ]);
  });

  it('is bounded', () => {
    for (let index = 0; index < 50; index += 1) add(event('hv', `number ${index}`));
    expect(log.size).to.equal(5);
  });

  it('filters by kind', () => {
    add(event('hv', 'online'));
    add(reading(1));
    expect(lines({ ...all, kinds: new Set(['reading'] as const) })).to.deep.equal(['hv/1/voltage = 1 V']);
  });

  it('filters by manager', () => {
    add(event('hv', 'online'));
    add(event('psu', 'online'));
    expect(lines({ ...all, manager: 'psu' })).to.deep.equal(['psu online {}']);
  });

  it('searches in the raw JSON for all words, whatever their case', () => {
    add(event('hv', 'online'));
    add(event('hv', 'offline'));
    expect(lines({ ...all, search: 'HV "offline"' })).to.deep.equal(['hv offline {}']);
  });

  it('stops where it was paused', () => {
    add(event('hv', 'online'));
    add(event('hv', 'offline'));
    expect(lines(all, 100, 1)).to.deep.equal(['hv online {}']);
  });

  it('gives no more than it is asked for', () => {
    for (let index = 0; index < 5; index += 1) add(event('hv', `number ${index}`));
    expect(lines(all, 2)).to.deep.equal(['hv number 4 {}', 'hv number 3 {}']);
  });

  it('is empty after it was cleared', () => {
    add(event('hv', 'online'));
    log.clear();
    expect(lines()).to.deep.equal([]);
  });
});

describe('a log entry', () => {
  const command = {
    type: 'command',
    manager: 'hv',
    channel: 1,
    command: 'setVoltage',
    arguments: { voltage: 5 },
    origin: { connector: 'web', peer: 'p1', name: 'night shift' },
    reference: 1,
  } as const;

  it('tells of a reply what was asked and by whom', () => {
    const reply = { type: 'reply', command, value: {}, manager: 'hv', topic: 'hv/$reply', ...stamp } as const;
    expect(new LogEntry(1, 0, 'received', reply).line).to.equal(
      'hv/1 setVoltage {"voltage":5} (night shift) \u2192 {}',
    );
  });

  it('tells of a failure its code and sentence', () => {
    const reason = { code: 'BUSY', message: 'hv is busy' } as const;
    const failure = {
      type: 'failure',
      command,
      problem: reason,
      manager: 'hv',
      topic: 'hv/$failure',
      ...stamp,
    } as const;
    expect(new LogEntry(1, 0, 'received', failure).line).to.include('\u2192 BUSY: hv is busy');
  });

  it('counts what the plots ask for by themselves as protocol', () => {
    const frame = { type: 'command', manager: 'station', command: 'history', arguments: {} } as const;
    expect(new LogEntry(1, 0, 'sent', frame).kind).to.equal('protocol');
  });
});
