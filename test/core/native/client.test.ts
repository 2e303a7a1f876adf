import { expect } from 'chai';
import type { Failure, Output, Reply } from '../../../core/message.js';
import { NativeClient } from '../../../core/native/client.js';
import type { Answer } from '../../../core/native/requests.js';
import { seededRandom } from '../../../core/random.js';
import { FakeClock, START_MS } from '../../support/fake-clock.js';
import { commandOf } from '../../support/commands.js';
import { FakeStation, readingOf } from './fake-station.js';

describe('the native client', () => {
  let clock: FakeClock;
  let station: FakeStation;
  let client: NativeClient;
  let outputs: Output[];

  beforeEach(() => {
    clock = new FakeClock();
    station = new FakeStation();
    client = new NativeClient({ openSocket: station.open, clock, random: seededRandom(1), name: 'test' });
    outputs = [];
    client.outputs.subscribe((output) => outputs.push(output));
  });
  afterEach(() => {
    client.stop();
    clock.uninstall();
  });

  const open = (epoch = 1): void => {
    client.start();
    station.current.accept(epoch);
  };
  const reconnect = async (epoch = 1): Promise<void> => {
    await clock.pass(2_000);
    station.current.accept(epoch);
  };
  const session = (): string => station.current.of('hello')[0]?.session ?? '';
  const stamp = { manager: 'hv', topic: 'hv/$reply', epoch: 100, seq: 7, previous: 3, timeMs: 0 };
  const replyTo = (id: string | number | undefined, of = session()): Reply => ({
    type: 'reply',
    command: commandOf({ ...(id === undefined ? {} : { id }), origin: { connector: 'web', peer: 'p', session: of } }),
    value: { done: true },
    ...stamp,
  });
  const setVoltage = { manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage: 5 } };
  const codeOf = (answer: Answer<unknown>): string => (answer.type === 'failure' ? answer.problem.code : answer.type);

  describe('while connecting', () => {
    it('says hello with a session of its own and its name', () => {
      open();
      expect(station.current.of('hello')).to.deep.equal([{ type: 'hello', session: session(), name: 'test' }]);
      expect(session()).to.match(/^[0-9a-f]{32}$/);
    });

    it('is open with the welcome, not before', () => {
      client.start();
      expect(client.state).to.deep.equal({ state: 'connecting', sinceMs: START_MS });
      station.current.accept();
      expect(client.state.state).to.equal('open');
      expect(client.welcome?.station).to.equal('lab');
    });

    it('holds requests back until it is open', () => {
      client.start();
      void client.describe('hv');
      expect(station.current.received).to.deep.equal([]);
      station.current.accept();
      expect(station.current.of('describe')).to.deep.equal([{ type: 'describe', manager: 'hv', id: 1 }]);
    });

    it('sends once what is asked in the very moment in which it opens', async () => {
      client.states.subscribe(({ state }) => {
        if (state === 'open') void client.describe('hv');
      });
      open();
      expect(station.current.of('describe')).to.deep.equal([{ type: 'describe', manager: 'hv', id: 1 }]);
      station.current.lose('gone');
      await reconnect();
      expect(station.current.of('describe').map(({ id }) => id)).to.deep.equal([1, 2]);
    });

    it('fails them when the first attempt fails, and goes on trying', async () => {
      client.start();
      const answer = client.command(setVoltage);
      station.current.lose('connection refused');
      expect(await answer).to.deep.equal({
        type: 'failure',
        problem: { code: 'DISCONNECTED', message: 'no connection to the station: connection refused' },
      });
      await clock.pass(2_000);
      expect(station.connections.length).to.be.greaterThan(1);
    });

    it('gives up an attempt that nobody answers within 10 s', async () => {
      client.start();
      await clock.pass(10_000);
      expect(station.connections[0]?.isClosed).to.equal(true);
      expect(client.state).to.include({ state: 'lost', reason: 'no welcome within 10000 ms' });
    });

    it('survives an address that makes no sense', () => {
      station.refusal = new SyntaxError('Invalid URL: nonsense');
      client.start();
      expect(client.state).to.include({ state: 'lost', reason: 'Invalid URL: nonsense' });
    });
  });

  describe('asked something', () => {
    beforeEach(() => {
      open();
    });

    it('resolves a description', async () => {
      const answer = client.describe();
      station.current.say({ type: 'description', managers: [], id: 1 });
      expect(await answer).to.deep.equal({ type: 'reply', value: [] });
    });

    it('resolves the newest readings of patterns', async () => {
      const answer = client.get(['hv/**']);
      expect(station.current.of('get')[0]?.patterns).to.deep.equal(['hv/**']);
      station.current.say({ type: 'snapshot', readings: [readingOf('hv/voltage', 4, 3)], id: 1 });
      expect(await answer).to.deep.equal({ type: 'reply', value: [readingOf('hv/voltage', 4, 3)] });
      expect(outputs).to.deep.equal([]);
    });

    it('resolves the reply to a command', async () => {
      const answer = client.command(setVoltage);
      expect(station.current.of('command')).to.deep.equal([{ type: 'command', ...setVoltage, id: 1 }]);
      station.current.say(replyTo(1));
      expect(await answer).to.deep.equal({ type: 'reply', value: { done: true } });
    });

    it('resolves a failure as data', async () => {
      const answer = client.command(setVoltage);
      const problem = { code: 'BUSY', message: 'later' } as const;
      const failure: Failure = { type: 'failure', command: replyTo(1).command, problem, ...stamp };
      station.current.say(failure);
      expect(await answer).to.deep.equal({ type: 'failure', problem });
    });

    it('does not take the answer to another client for its own, though the id is the same', async () => {
      const answer = client.command(setVoltage, { timeoutMs: 1_000 });
      station.current.say(replyTo(1, 'of somebody else'));
      await clock.pass(1_000);
      expect(codeOf(await answer)).to.equal('TIMEOUT');
    });

    it('resolves what the station refuses as no frame', async () => {
      const answer = client.get(['x'.repeat(300)]);
      station.current.say({ type: 'error', problem: { code: 'BAD_MESSAGE', message: 'too long' }, id: 1 });
      expect(codeOf(await answer)).to.equal('BAD_MESSAGE');
    });

    it('fails after the time-out of the request', async () => {
      const answer = client.describe();
      await clock.pass(10_000);
      expect(codeOf(await answer)).to.equal('TIMEOUT');
    });

    it('refuses more requests than the station remembers answers of', async () => {
      for (let count = 0; count < 256; count += 1) void client.command(setVoltage);
      expect(codeOf(await client.command(setVoltage))).to.equal('QUEUE_FULL');
      expect(station.current.of('command')).to.have.length(256);
    });

    it('fails what is unanswered when it is stopped', async () => {
      const answer = client.command(setVoltage);
      client.stop();
      expect(codeOf(await answer)).to.equal('ABORTED');
    });
  });

  describe('when the connection breaks', () => {
    it('says since when, and why', async () => {
      open();
      await clock.pass(5_000);
      station.current.lose('reset by peer');
      expect(client.state).to.deep.equal({ state: 'lost', sinceMs: START_MS + 5_000, reason: 'reset by peer' });
    });

    it('comes back with growing pauses, at most 1.5 s', async () => {
      client.start();
      const pauses: number[] = [];
      for (let attempt = 0; attempt < 12; attempt += 1) {
        const count = station.connections.length;
        station.current.lose('refused');
        const begun = clock.monotonic();
        while (station.connections.length === count) await clock.pass(1);
        pauses.push(clock.monotonic() - begun);
      }
      expect(pauses[0]).to.be.within(50, 101);
      expect(Math.max(...pauses)).to.be.within(700, 1_501);
    });

    it('repeats a command without an answer under its id and session, which the station runs once', async () => {
      open();
      const firstSession = session();
      const answer = client.command(setVoltage);
      station.current.lose('reset');
      await reconnect();
      expect(session()).to.equal(firstSession);
      expect(station.current.of('command')).to.deep.equal([{ type: 'command', ...setVoltage, id: 1 }]);
      station.current.say(replyTo(1));
      expect(codeOf(await answer)).to.equal('reply');
    });

    it('never repeats a command to a station that was restarted meanwhile: it cannot know it', async () => {
      open(1);
      const answer = client.command(setVoltage);
      station.current.lose('reset');
      await reconnect(2);
      expect(station.current.of('command')).to.deep.equal([]);
      expect(codeOf(await answer)).to.equal('DISCONNECTED');
    });

    it('never repeats a command after more than 60 s', async () => {
      open();
      const answer = client.command(setVoltage);
      station.current.lose('reset');
      await clock.pass(60_000);
      expect(codeOf(await answer)).to.equal('DISCONNECTED');
    });

    it('refuses commands at once while it is lost: nobody wants them later', async () => {
      open();
      station.current.lose('reset');
      expect(codeOf(await client.command(setVoltage))).to.equal('DISCONNECTED');
      await reconnect();
      expect(station.current.of('command')).to.deep.equal([]);
    });

    it('subscribes again', async () => {
      open();
      void client.subscribe(['hv/**']);
      station.current.say({ type: 'snapshot', readings: [], id: 1 });
      station.current.lose('reset');
      await reconnect();
      expect(station.current.of('subscribe').map(({ patterns }) => patterns)).to.deep.equal([['hv/**']]);
    });

    it('keeps a subscription that was made meanwhile, once', async () => {
      open();
      station.current.lose('reset');
      const answer = client.subscribe(['hv/**']);
      await reconnect();
      expect(station.current.of('subscribe')).to.have.length(1);
      station.current.say({ type: 'snapshot', readings: [], id: 1 });
      expect(codeOf(await answer)).to.equal('reply');
    });

    it('hears nothing more from the old connection', async () => {
      open();
      const old = station.current;
      old.lose('reset');
      await reconnect();
      expect(old.isClosed).to.equal(true);
    });

    it('does not come back after it was stopped', async () => {
      open();
      client.stop();
      await clock.pass(60_000);
      expect(station.connections).to.have.length(1);
      expect(clock.pending).to.equal(0);
    });
  });

  describe('in silence', () => {
    it('pings every 15 s', async () => {
      open();
      for (let count = 1; count <= 3; count += 1) {
        await clock.pass(15_000);
        expect(station.current.of('ping')).to.have.length(count);
        station.current.say({ type: 'pong', timeMs: 0 });
      }
      expect(client.state.state).to.equal('open');
    });

    it('gives the connection up 45 s after the last frame', async () => {
      open();
      await clock.pass(20_000);
      station.current.say({ type: 'pong', timeMs: 0 });
      await clock.pass(44_999);
      expect(client.state.state).to.equal('open');
      await clock.pass(1);
      expect(client.state).to.include({ state: 'lost', reason: 'silent for 45 s' });
    });
  });

  describe('subscribed', () => {
    beforeEach(() => {
      open();
      void client.subscribe(['hv/**']);
      station.current.say({ type: 'snapshot', readings: [readingOf('hv/voltage', 4, 3)], id: 1 });
    });

    it('gives the snapshot and what follows in one stream', () => {
      station.current.say(readingOf('hv/voltage', 6, 4));
      expect(outputs.map(({ seq }) => seq)).to.deep.equal([4, 6]);
      expect(client.newest.get('hv/voltage')?.seq).to.equal(6);
      expect(client.losses).to.deep.equal({ gaps: 0, conflated: 0 });
    });

    it('gives the alarms that hold, as if they were said now', () => {
      const tripped = { ...readingOf('hv/$alarm', 3, 0), type: 'alarm', alarm: 'tripped', isActive: true } as const;
      const alarms = [{ ...tripped, severity: 'alarm', message: 'off' } as const];
      void client.subscribe(['hv/**']);
      station.current.say({ type: 'snapshot', readings: [], alarms, id: 2 });
      expect(outputs.at(-1)).to.deep.equal(alarms[0]);
    });

    it('resolves with the snapshot', async () => {
      const answer = client.subscribe(['psu/**']);
      station.current.say({ type: 'snapshot', readings: [readingOf('psu/voltage', 1, 0)], id: 2 });
      expect(await answer).to.deep.equal({ type: 'reply', value: [readingOf('psu/voltage', 1, 0)] });
    });

    it('ends an older subscription that was not answered yet', async () => {
      const older = client.subscribe(['a/**']);
      void client.subscribe(['b/**']);
      expect(codeOf(await older)).to.equal('ABORTED');
    });

    it('counts gaps and what the station says was conflated', () => {
      station.current.say(readingOf('hv/voltage', 9, 7));
      station.current.say({ type: 'gap', conflated: 2, total: 2 });
      expect(client.losses).to.deep.equal({ gaps: 1, conflated: 2 });
    });

    it('gives after a reconnect only what is new', async () => {
      station.current.lose('reset');
      await reconnect();
      const id = station.current.of('subscribe')[0]?.id ?? 0;
      const readings = [readingOf('hv/voltage', 4, 3), readingOf('hv/current', 5, 2)];
      station.current.say({ type: 'snapshot', readings, id });
      expect(outputs.map(({ topic }) => topic)).to.deep.equal(['hv/voltage', 'hv/current']);
    });

    it('hears the same answer once', () => {
      station.current.say(replyTo(5, 'of somebody else'));
      station.current.say(replyTo(5, 'of somebody else'));
      expect(outputs.filter(({ type }) => type === 'reply')).to.have.length(1);
    });

    it('sees no gap among answers to its own commands that it is not subscribed to', async () => {
      void client.subscribe(['hv/voltage']);
      for (const seq of [10, 20]) station.current.say({ ...replyTo(9), seq, previous: seq - 1 });
      await Promise.resolve();
      expect(client.losses.gaps).to.equal(0);
    });

    it('passes over what it cannot read', () => {
      station.current.text('nonsense');
      station.current.text('{"type":"reading"}');
      expect(client.state.state).to.equal('open');
    });
  });
});
