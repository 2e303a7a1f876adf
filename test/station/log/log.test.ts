import { expect } from 'chai';
import { printJsonEntry, printTextEntry, type LogEntry } from '../../../station/log/log-entry.js';
import { LogRing } from '../../../station/log/log-ring.js';
import { createWinstonLog, type StationLog } from '../../../station/log/winston-log.js';

const entry: LogEntry = { timeMs: 1_700_000_000_123, level: 'info', message: 'listening', fields: { port: 5555 } };

describe('the log', () => {
  let seen: LogEntry[];
  let log: StationLog;

  beforeEach(() => {
    seen = [];
    log = createWinstonLog({ clock: { now: () => 7 }, level: 'info', targets: [(line) => seen.push(line)] });
  });

  it('keeps the message apart from what varies', () => {
    log.info('listening', { port: 5555 });
    expect(seen).to.deep.equal([{ timeMs: 7, level: 'info', message: 'listening', fields: { port: 5555 } }]);
  });

  it('gives its children their context', () => {
    log.child({ connector: 'web' }).child({ peer: '3' }).warn('slow', { bytes: 9 });
    expect(seen[0]?.fields).to.deep.equal({ connector: 'web', peer: '3', bytes: 9 });
  });

  it('leaves out what is less severe than its level', () => {
    log.debug('frame');
    expect([seen.length, log.isDebug()]).to.deep.equal([0, false]);
  });

  it('changes its level while it runs, for children too', () => {
    const child = log.child({});
    log.setLevel('debug');
    child.debug('frame');
    expect([seen.length, child.isDebug()]).to.deep.equal([1, true]);
  });

  it('lets fields be named as it likes: level, message, time', () => {
    log.info('told', { level: 'x', message: 'y' });
    expect(seen[0]).to.deep.include({ level: 'info', message: 'told', fields: { level: 'x', message: 'y' } });
  });
});

describe('a line of the log', () => {
  it('reads for people, with UTC to the millisecond', () => {
    expect(printTextEntry(entry)).to.equal('2023-11-14T22:13:20.123Z info  listening port=5555');
  });

  it('reads for programs', () => {
    expect(JSON.parse(printJsonEntry(entry))).to.deep.equal({
      time: '2023-11-14T22:13:20.123Z',
      level: 'info',
      message: 'listening',
      port: 5555,
    });
  });

  it('is one line, whatever a client sent', () => {
    const forged = { ...entry, fields: { name: 'x\n2023 error all is lost', list: ['\n'] } };
    expect([printTextEntry(forged), printJsonEntry(forged)].join('')).to.not.include('\n');
  });

  it('keeps its own time, level and message', () => {
    const forged = { ...entry, fields: { level: 'error', time: 'never', message: 'no' } };
    expect(JSON.parse(printJsonEntry(forged))).to.include({ level: 'info', message: 'listening' });
  });

  it('is cut where a field is endless', () => {
    expect(printJsonEntry({ ...entry, fields: { text: 'x'.repeat(1e6) } })).to.have.length.below(5_000);
  });

  it('takes 64-bit integers', () => {
    expect(printTextEntry({ ...entry, fields: { count: 2n ** 63n } })).to.match(/count="9223372036854775808"$/);
  });
});

describe('the log in memory', () => {
  let ring: LogRing;

  beforeEach(() => {
    ring = new LogRing(3);
    for (const level of ['error', 'info', 'debug', 'info', 'warn'] as const) ring.add({ ...entry, level });
  });

  const indices = (rest: Partial<Parameters<LogRing['query']>[0]>) =>
    ring.query({ level: 'debug', limit: 10, ...rest }).map(({ index }) => index);

  it('keeps the newest lines, oldest first', () => {
    expect(indices({})).to.deep.equal([3, 4, 5]);
  });

  it('gives what is severe enough', () => {
    expect([indices({ level: 'info' }), indices({ level: 'warn' })]).to.deep.equal([[4, 5], [5]]);
  });

  it('gives what came after a line', () => {
    expect(indices({ afterIndex: 4 })).to.deep.equal([5]);
  });

  it('gives the newest few', () => {
    expect(indices({ limit: 1 })).to.deep.equal([5]);
  });
});
