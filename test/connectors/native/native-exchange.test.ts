import { expect } from 'chai';
import { SupplyLab } from '../../support/lab.js';
import { HandClock, NativeLab, type FakePeer } from './native-lab.js';

describe('a native exchange', () => {
  describe('on a bus where everything is said by hand', () => {
    let clock: HandClock;
    let lab: NativeLab;
    let peer: FakePeer;
    beforeEach(() => {
      clock = new HandClock();
      lab = new NativeLab({ clock });
      peer = lab.join();
    });

    it('greets with the station, the protocol and the name of the connection', () => {
      peer.send({ type: 'hello', id: 1, session: 's', name: 'me' });
      expect(peer.of('welcome')[0]).to.deep.equal({
        type: 'welcome',
        epoch: 1_700_000_000_000,
        protocol: 1,
        station: 'lab',
        version: '1.2.3',
        peer: 'peer-1',
        managers: [],
        id: 1,
      });
    });

    it('sends nothing to a peer that has not asked for anything', () => {
      lab.read('hv', 1, 'voltage', 5);
      clock.runTurn();
      expect(peer.frames).to.deep.equal([]);
    });

    it('answers a subscription with the newest readings that match, then with what follows', () => {
      lab.read('hv', 1, 'voltage', 1);
      lab.read('hv', 1, 'voltage', 2);
      lab.read('psu', 1, 'voltage', 3);
      peer.send({ type: 'subscribe', id: 'a', patterns: ['hv/**'] });
      lab.read('hv', 1, 'voltage', 4);
      lab.read('psu', 1, 'voltage', 5);
      clock.runTurn();
      const [snapshot] = peer.of('snapshot');
      expect(snapshot?.id).to.equal('a');
      expect(snapshot?.readings.map(({ value }) => value)).to.deep.equal([2]);
      expect(peer.of('reading').map(({ value, previous, seq }) => ({ value, previous, seq }))).to.deep.equal([
        { value: 4, previous: 2, seq: 3 },
      ]);
    });

    it('tells a newcomer the alarms that hold on its topics', () => {
      for (const [manager, isActive] of [
        ['hv', true],
        ['psu', true],
        ['hv', false],
        ['gun', true],
      ] as const)
        lab.alarm(manager, isActive);
      peer.send({ type: 'subscribe', id: 'a', patterns: ['psu/**', 'hv/**'] });
      expect(peer.of('snapshot')[0]?.alarms?.map(({ topic }) => topic)).to.deep.equal(['psu/$alarm']);
    });

    it('leaves out of a new subscription what was said before it in the same turn', () => {
      const older = lab.join();
      older.send({ type: 'subscribe', patterns: ['hv/**'] });
      lab.read('hv', 1, 'voltage', 1);
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      clock.runTurn();
      expect(older.of('reading')).to.have.length(1);
      expect(peer.of('reading')).to.have.length(0);
      expect(peer.of('snapshot')[0]?.readings).to.have.length(1);
    });

    it('ends the old subscription with the new one', () => {
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      peer.send({ type: 'subscribe', patterns: [] });
      lab.read('hv', 1, 'voltage', 1);
      clock.runTurn();
      expect(peer.types).to.deep.equal(['snapshot', 'snapshot']);
    });

    it('answers `get` without subscribing', () => {
      lab.read('hv', 1, 'voltage', 1);
      peer.send({ type: 'get', id: 3, patterns: ['hv/1/voltage'] });
      lab.read('hv', 1, 'voltage', 2);
      clock.runTurn();
      expect(peer.types).to.deep.equal(['snapshot']);
      expect(peer.of('snapshot')[0]).to.include({ id: 3 });
    });

    it('answers a ping', () => {
      peer.send({ type: 'ping', id: 9 });
      expect(peer.frames).to.deep.equal([{ type: 'pong', timeMs: 1_700_000_000_000, id: 9 }]);
    });

    it('answers what is no frame to its sender alone, and goes on', () => {
      const other = lab.join();
      other.send({ type: 'subscribe', patterns: ['**'] });
      peer.sendText('[1,2]');
      peer.sendText('{"type":"describe","id":4,"manager":"nobody"}');
      clock.runTurn();
      expect(peer.of('error').map(({ problem, id }) => [problem.code, id])).to.deep.equal([
        ['BAD_MESSAGE', undefined],
        ['UNKNOWN_MANAGER', 4],
      ]);
      expect(other.types).to.deep.equal(['snapshot']);
    });

    it('encodes an output once, however many peers and subscriptions it goes to', () => {
      for (const patterns of [['hv/**'], ['hv/**'], ['*/1/voltage'], ['**'], ['hv/1/*', 'psu/**']])
        lab.join().send({ type: 'subscribe', patterns });
      const before = lab.exchange.encoded;
      lab.read('hv', 1, 'voltage', 1);
      clock.runTurn();
      expect(lab.exchange.encoded - before).to.equal(1);
    });

    it('does not encode what nobody is subscribed to', () => {
      peer.send({ type: 'subscribe', patterns: ['psu/**'] });
      const before = lab.exchange.encoded;
      lab.read('hv', 1, 'voltage', 1);
      clock.runTurn();
      expect(lab.exchange.encoded).to.equal(before);
    });

    it('writes the outputs of a turn at once, the same bytes to all with the same patterns in whatever order', () => {
      const other = lab.join();
      peer.send({ type: 'subscribe', patterns: ['a/**', 'b/**'] });
      other.send({ type: 'subscribe', patterns: ['b/**', 'a/**', 'a/**'] });
      lab.read('a', 1, 'voltage', 1);
      lab.read('b', 1, 'voltage', 2);
      clock.runTurn();
      expect(peer.bursts).to.have.length(2);
      expect(peer.bursts[1]?.parcels).to.have.length(2);
      expect(peer.bursts[1]).to.equal(other.bursts[1]);
    });

    it('tells a peer that was stuck the newest, then how many it has missed, exactly', () => {
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      peer.isStuck = true;
      for (let value = 0; value < 10; value += 1) {
        lab.read('hv', 1, 'voltage', value);
        clock.runTurn();
      }
      peer.unblock();
      expect(peer.of('reading').map(({ value }) => value)).to.deep.equal([0, 9]);
      expect(peer.of('gap')).to.deep.equal([{ type: 'gap', conflated: 8, total: 8 }]);
      expect(peer.types.at(-1)).to.equal('gap');
    });

    it('loses no event of a peer that was stuck', () => {
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      peer.isStuck = true;
      const names = Array.from({ length: 10 }, (_, index) => `event-${index}`);
      for (const name of names) {
        lab.announce('hv', name);
        clock.runTurn();
      }
      peer.unblock();
      expect(peer.of('event').map(({ event }) => event)).to.deep.equal(names);
      expect(peer.of('gap')).to.deep.equal([]);
    });

    it('tells of what was missed before a stuck peer changed its subscription', () => {
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      peer.isStuck = true;
      for (let value = 0; value < 5; value += 1) {
        lab.read('hv', 1, 'voltage', value);
        clock.runTurn();
      }
      peer.send({ type: 'subscribe', patterns: ['psu/**'] });
      peer.unblock();
      expect(peer.types).to.deep.equal(['snapshot', 'reading', 'reading', 'snapshot', 'gap']);
      expect(peer.of('gap')).to.deep.equal([{ type: 'gap', conflated: 3, total: 3 }]);
    });

    it('disconnects a peer that asks and asks and reads nothing', () => {
      const small = new NativeLab({ clock, maxOutboxBytes: 65_536 });
      const greedy = small.join();
      greedy.isStuck = true;
      for (let count = 0; count < 5_000 && greedy.closedBecause === undefined; count += 1)
        greedy.sendText('{"type":"nonsense"}');
      expect(greedy.closedBecause).to.match(/^\d+ bytes were waiting for it, the limit is 65536$/);
    });

    it('says goodbye to all, whatever they are subscribed to', () => {
      const silent = lab.join();
      peer.send({ type: 'subscribe', patterns: ['**'] });
      lab.exchange.close('maintenance');
      lab.exchange.close('again');
      for (const { frames } of [peer, silent])
        expect(frames.at(-1)).to.deep.equal({ type: 'goodbye', reason: 'maintenance' });
      expect(silent.frames).to.have.length(1);
    });

    it('is silent after its end', () => {
      peer.send({ type: 'subscribe', patterns: ['**'] });
      lab.exchange.close('over');
      lab.read('hv', 1, 'voltage', 1);
      clock.runTurn();
      expect(peer.types.at(-1)).to.equal('goodbye');
    });

    it('reports each connection with what went through it', () => {
      peer.send({ type: 'subscribe', patterns: ['hv/**'] });
      expect(peer.report).to.include({ connector: 'web', peer: 'peer-1', dialect: 'native', received: 1, sent: 1 });
      peer.leave();
      expect(lab.exchange.peers()).to.deep.equal([]);
    });

    it('survives an output that cannot be encoded', () => {
      const broken = new NativeLab({ clock });
      const victim = broken.join();
      victim.send({ type: 'subscribe', patterns: ['**'] });
      broken.encoded.push = () => {
        throw new Error('no memory');
      };
      broken.read('hv', 1, 'voltage', 1);
      expect(broken.log.messages).to.deep.equal(['error: output could not be encoded']);
    });
  });

  describe('before a real manager', () => {
    let supply: SupplyLab;
    let lab: NativeLab;
    let asker: FakePeer;
    beforeEach(async () => {
      supply = new SupplyLab();
      await supply.start();
      lab = new NativeLab({ clock: supply.clock, bus: supply.bus });
      asker = lab.join();
    });
    afterEach(async () => {
      const stopped = supply.manager.stop();
      await supply.clock.pass(2_000);
      await stopped;
      await supply.close();
    });

    const setNow = {
      type: 'command',
      manager: 'psu',
      channel: 1,
      command: 'setNow',
      arguments: { voltage: 5 },
    } as const;
    const answersOf = ({ frames }: FakePeer) => frames.filter(({ type }) => type === 'reply' || type === 'failure');

    it('describes it', () => {
      asker.send({ type: 'describe', id: 1, manager: 'psu' });
      asker.send({ type: 'describe', id: 2 });
      const description: unknown = JSON.parse(JSON.stringify(supply.manager.describe()));
      expect(asker.of('description')).to.deep.equal([
        { type: 'description', managers: [description], id: 1 },
        { type: 'description', managers: [description], id: 2 },
      ]);
    });

    it('names it in the welcome', () => {
      asker.send({ type: 'hello' });
      expect(asker.of('welcome')[0]?.managers).to.deep.equal(['psu']);
    });

    it('answers a refused command in the same chunk, to a peer without a subscription', () => {
      asker.send({ ...setNow, id: 'x', arguments: { voltage: 'five' } });
      const [failure] = asker.of('failure');
      expect(failure?.problem.code).to.equal('BAD_ARGUMENT');
      expect(failure?.command).to.deep.include({
        id: 'x',
        command: 'setNow',
        channel: 1,
        arguments: { voltage: 'five' },
      });
    });

    it('answers the asker alone when nobody else has subscribed to answers', async () => {
      const other = lab.join();
      other.send({ type: 'subscribe', patterns: ['psu/1/voltage'] });
      asker.send({ ...setNow, id: 1 });
      await supply.clock.pass(10);
      expect(asker.of('reply')[0]).to.deep.include({ value: { voltage: 5 } });
      expect(answersOf(other)).to.deep.equal([]);
    });

    it('answers a subscriber of answers once, as everybody who listens', async () => {
      const listener = lab.join();
      for (const peer of [asker, listener]) peer.send({ type: 'subscribe', patterns: ['psu/$reply'] });
      asker.send({ ...setNow, id: 1 });
      await supply.clock.pass(10);
      expect(answersOf(asker)).to.have.length(1);
      expect(answersOf(listener)).to.deep.equal(answersOf(asker));
    });

    it('says busy before the reply to a peer that gets both', async () => {
      asker.send({ type: 'subscribe', patterns: ['psu/$event'] });
      asker.send({ ...setNow, id: 1 });
      await supply.clock.pass(10);
      const words = asker.frames.flatMap((frame) => (frame.type === 'event' ? [frame.event] : [frame.type]));
      expect(words.filter((word) => word !== 'idle')).to.deep.equal(['snapshot', 'busy', 'reply']);
    });

    it('says who asked: connector, connection, session and name', async () => {
      asker.send({ type: 'hello', session: 's1', name: 'night shift' });
      asker.send({ ...setNow, id: 1 });
      await supply.clock.pass(10);
      const origin = { connector: 'web', peer: 'peer-1', session: 's1', name: 'night shift' };
      expect(asker.of('reply')[0]?.command.origin).to.deep.equal(origin);
    });

    it('runs a command that is repeated after a reconnect once, and answers the new connection', async () => {
      supply.table.answerMs = 100;
      asker.send({ type: 'hello', session: 's1' });
      asker.send({ ...setNow, id: 7 });
      await supply.clock.pass(10);
      asker.leave();
      const again = lab.join();
      again.send({ type: 'hello', session: 's1' });
      again.send({ ...setNow, id: 7 });
      await supply.clock.pass(500);
      again.send({ ...setNow, id: 7 });
      expect(supply.table.countOf('write')).to.equal(1);
      expect(again.of('reply').map(({ command }) => command.origin.peer)).to.deep.equal(['peer-2', 'peer-2']);
    });

    it('runs the same id of two sessions twice', async () => {
      const other = lab.join();
      asker.send({ type: 'hello', session: 's1' });
      other.send({ type: 'hello', session: 's2' });
      asker.send({ ...setNow, id: 7 });
      await supply.clock.pass(10);
      other.send({ ...setNow, id: 7 });
      await supply.clock.pass(10);
      expect(supply.table.countOf('write')).to.equal(2);
    });

    it('passes on until when a command is wanted', () => {
      asker.send({ ...setNow, id: 1, validUntilMs: supply.clock.now() - 1 });
      expect(asker.of('failure')[0]?.problem.code).to.equal('EXPIRED');
    });
  });
});
