import { expect } from 'chai';
import type { JsonObject } from '../../core/json-value.js';
import { log } from '../../cli/log.js';
import type { Session } from '../../cli/session.js';
import { FakeStation } from '../core/native/fake-station.js';
import { FakeClock } from '../support/fake-clock.js';
import { fakeSession, PrintedLines, reply } from './support.js';

const line = (index: number, level = 'info'): JsonObject => ({
  index,
  timeMs: 0,
  level,
  message: `line ${index}`,
  fields: {},
});

describe('busbar log --follow', () => {
  let clock: FakeClock;
  let station: FakeStation;
  let session: Session;
  let lines: PrintedLines;
  let interrupt: AbortController;
  let ended: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    station = new FakeStation();
    session = fakeSession(station);
    lines = new PrintedLines();
    interrupt = new AbortController();
    ended = log(session, { follow: true, level: 'info', count: 50, signal: interrupt.signal }, lines);
    reply(station, { lastIndex: 1, entries: [line(1)] });
    await clock.pass(1000);
  });

  afterEach(async () => {
    interrupt.abort();
    await ended;
    session.client.stop();
    clock.uninstall();
  });

  const messages = () => lines.printed.map((text) => text.slice(text.indexOf('line')));

  it('asks for what came after the last line, as much as the station remembers', () => {
    expect(station.current.of('command').at(-1)?.arguments).to.deep.include({ afterIndex: 1, limit: 1000 });
  });

  it('prints what came', async () => {
    reply(station, { lastIndex: 3, entries: [line(2), line(3)] });
    await clock.pass(0);
    expect(messages()).to.deep.equal(['line 1', 'line 2', 'line 3']);
  });

  it('says how many lines were missed', async () => {
    reply(station, { lastIndex: 9, entries: [line(8), line(9)] });
    await clock.pass(0);
    expect(lines.said).to.deep.equal(['6 lines missed']);
  });

  it('takes lines of a level that is not shown for no loss', async () => {
    reply(station, { lastIndex: 3, entries: [line(2, 'debug'), line(3)] });
    await clock.pass(0);
    expect([messages(), lines.said]).to.deep.equal([['line 1', 'line 3'], []]);
  });

  it('outlives the connection, and says so', async () => {
    reply(station, { lastIndex: 1, entries: [] });
    station.current.lose('cable');
    await clock.pass(10_000);
    station.current.accept();
    await clock.pass(1000);
    reply(station, { lastIndex: 2, entries: [line(2)] });
    await clock.pass(0);
    expect(messages()).to.deep.equal(['line 1', 'line 2']);
    expect(lines.said[0]).to.equal('connection to http://lab lost (cable); trying again');
  });

  it('begins anew with a station that was restarted', async () => {
    station.current.lose('restart');
    await clock.pass(10_000);
    station.current.accept(2);
    await clock.pass(1000);
    reply(station, { lastIndex: 1, entries: [line(1)] });
    await clock.pass(0);
    expect(messages()).to.deep.equal(['line 1', 'line 1']);
    expect(lines.said.at(-1)).to.equal('the station was restarted; its log begins anew');
  });

  it('ends on Ctrl-C while there is no connection', async () => {
    station.current.lose('cable');
    await clock.pass(5000);
    interrupt.abort();
    await ended;
    expect(session.client.state.state).to.equal('stopped');
  });
});
