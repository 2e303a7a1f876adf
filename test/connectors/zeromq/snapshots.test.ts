import { expect } from 'chai';
import { MAX_ASKED_PREFIXES, SNAPSHOT_PAUSE_MS, Snapshots } from '../../../connectors/zeromq/snapshots.js';
import type { Reading } from '../../../core/message.js';
import { FakeClock } from '../../support/fake-clock.js';
import { reading } from './outputs.js';

const SLICE = 4;

describe('Snapshots', () => {
  let clock: FakeClock;
  let newest: Map<string, Reading>;
  let sent: Reading[];
  let snapshots: Snapshots;
  const say = (topic: string, seq: number) => newest.set(topic, reading({ topic, seq }));
  const sentTopics = () => sent.map(({ topic }) => topic);

  beforeEach(() => {
    clock = new FakeClock();
    newest = new Map();
    sent = [];
    say('hv/1/voltage', 1);
    say('hv/10/voltage', 2);
    say('gauge/pressure', 3);
    snapshots = new Snapshots({
      clock,
      snapshot: () => [...newest.values()],
      newest: ({ topic }) => newest.get(topic),
      send: (said) => sent.push(said),
      sliceSize: SLICE,
    });
  });

  afterEach(() => {
    snapshots.stop();
    clock.uninstall();
  });

  it('repeat the newest readings under the prefix', async () => {
    snapshots.ask('hv/1/');
    await clock.turns(1);
    expect(sentTopics()).to.deep.equal(['hv/1/voltage']);
  });

  it('send a topic once to all who asked in one turn', async () => {
    for (const prefix of ['hv/', 'hv/1/', 'hv/']) snapshots.ask(prefix);
    await clock.turns(1);
    expect(sentTopics()).to.deep.equal(['hv/1/voltage', 'hv/10/voltage']);
  });

  it('keep a distance between rounds, however often somebody asks', async () => {
    for (let ms = 0; ms < 10 * SNAPSHOT_PAUSE_MS; ms += 1) {
      snapshots.ask('gauge/');
      await clock.pass(1);
    }
    expect(sent).to.have.lengthOf.at.most(11);
  });

  it('serve at last whoever asked in the pause', async () => {
    snapshots.ask('gauge/');
    await clock.pass(1);
    snapshots.ask('hv/10/');
    await clock.pass(2 * SNAPSHOT_PAUSE_MS);
    expect(sentTopics()).to.deep.equal(['gauge/pressure', 'hv/10/voltage']);
  });

  it('answer at once when nobody has asked for long', async () => {
    snapshots.ask('gauge/');
    await clock.turns(1);
    await clock.pass(2 * SNAPSHOT_PAUSE_MS);
    snapshots.ask('gauge/');
    await clock.turns(1);
    expect(sent).to.have.lengthOf(2);
  });

  it('take too many prefixes as a question for everything', async () => {
    for (let index = 0; index <= MAX_ASKED_PREFIXES; index += 1) snapshots.ask(`nothing/${index}/`);
    await clock.turns(1);
    expect(sent).to.have.lengthOf(3);
  });

  it('spread many readings over turns, so that the high-water mark is not met', async () => {
    for (let index = 0; index < 3 * SLICE; index += 1) say(`psu/${index}/current`, index);
    let turns = 0;
    const most: number[] = [];
    snapshots.ask('psu/');
    while (sent.length < 3 * SLICE && turns < 10) {
      const before = sent.length;
      await clock.turns(1);
      most.push(sent.length - before);
      turns += 1;
    }
    expect(Math.max(...most)).to.equal(SLICE);
  });

  it('send what is newest when its turn comes', async () => {
    for (let index = 0; index <= SLICE; index += 1) say(`psu/${index}/current`, index);
    snapshots.ask('psu/');
    await clock.turns(1);
    say(`psu/${SLICE}/current`, 99);
    await clock.turns(1);
    expect(sent.at(-1)?.seq).to.equal(99);
  });

  it('leave no timer behind', async () => {
    snapshots.ask('gauge/');
    await clock.turns(1);
    snapshots.stop();
    expect(clock.pending).to.equal(0);
  });
});
