import { expect } from 'chai';
import { HttpStation, until, type RawPeer } from './http-station.js';

const EVENTS = '/busbar/api/events';
const MIB = 2 ** 20;

type Heard = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Reads server-sent events as a browser does. */
class Follower {
  readonly heard: Heard[] = [];
  isOver = false;
  readonly #controller = new AbortController();

  async follow(url: string, headers: Readonly<Record<string, string>> = {}): Promise<this> {
    const answer = await fetch(url, { headers, signal: this.#controller.signal });
    expect(answer.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    void this.#read(answer).finally(() => (this.isOver = true));
    await until('a snapshot', () => this.named('snapshot').length > 0);
    return this;
  }

  named(event: string): readonly Heard[] {
    return this.heard.filter((one) => one.event === event);
  }

  leave(): void {
    this.#controller.abort();
  }

  async #read({ body }: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk).toString();
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        this.heard.push(...blocks.flatMap(heardIn));
      }
    } catch {
      // it has left
    }
  }
}

const heardIn = (block: string): readonly Heard[] => {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const [event, data] = [field('event'), field('data')];
  if (event === undefined || data === undefined) return [];
  return [{ event, id: field('id'), data: JSON.parse(data) as Heard['data'] }];
};

describe('server-sent events, over the wire', () => {
  let station: HttpStation;
  let followers: Follower[];
  beforeEach(async () => {
    followers = [];
    station = await new HttpStation().start();
  });
  afterEach(async () => {
    for (const follower of followers) follower.leave();
    await station.stop();
  });

  const follow = async (topics = '**', headers: Readonly<Record<string, string>> = {}): Promise<Follower> => {
    const follower = new Follower();
    followers.push(follower);
    return await follower.follow(`${station.base}${EVENTS}?topics=${topics}`, headers);
  };
  /** A client that asks for events and reads nothing. */
  const stuck = async (topics = '**'): Promise<RawPeer> => {
    const peer = await station.raw();
    peer.send(`GET ${EVENTS}?topics=${topics} HTTP/1.1`, 'Host: x', '', '');
    await until('it to follow', () => peer.text.includes('event: snapshot'));
    peer.socket.pause();
    peer.text = '';
    return peer;
  };

  it('begin with the snapshot, then tell what is written, by whom, and read back', async () => {
    const follower = await follow('psu/1/*');
    expect(follower.named('snapshot')[0]?.data).to.have.property('readings').with.length(2);
    await station.put('/busbar/api/managers/psu/channels/1/readings/voltageSetpoint', { value: 5 });
    await until('the reading', () => follower.named('reading').some(({ data }) => data['value'] === 5));
    expect(follower.named('event')).to.be.empty;
  });

  it('go on after a lost connection with what was missed, in order', async () => {
    const first = await follow('psu/$event');
    station.trip('one');
    await until('one', () => first.named('event').length === 1);
    const [{ id = '' } = {}] = first.named('event');
    first.leave();
    await until('it to be gone', () => station.peers.length === 0);
    station.trip('two');
    station.trip('three');
    const second = await follow('psu/$event', { 'last-event-id': id });
    expect(second.named('resumed')[0]?.data).to.deep.include({ replayed: 2, isComplete: true });
    expect(second.named('event').map(({ data }) => data['details'])).to.deep.equal([
      { text: 'two' },
      { text: 'three' },
    ]);
    expect(second.heard.map(({ event }) => event)).to.deep.equal(['resumed', 'event', 'event', 'snapshot']);
  });

  it('conflate for a client that never reads, and tell it the newest and the exact loss when it does', async () => {
    const peer = await stuck('psu/1/note');
    const healthy = await follow('psu/1/note');
    const padding = 'x'.repeat(1_000);
    let said = 0;
    while (said < 20_000) {
      for (let turn = 0; turn < 100; turn += 1) station.say(`${padding} ${(said += 1)}`, 1, 'note');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const report = station.connector.peers().find(({ isBehind }) => isBehind);
    expect(report?.waitingBytes).to.be.below(MIB);
    peer.socket.resume();
    await until('the newest', () => peer.text.includes(` ${said}"`));
    await until('the gap', () => peer.text.includes('event: gap'));
    const got = [...peer.text.matchAll(/"value":"x+ \d+"/g)].length;
    const lost = [...peer.text.matchAll(/"conflated":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(got + lost).to.equal(said);
    await until('the healthy one', () =>
      healthy.named('reading').some(({ data }) => String(data['value']).endsWith(` ${said}`)),
    );
  });

  it('end for a client for which more waits than may, with the reason in the log', async () => {
    const peer = await stuck();
    const padding = 'x'.repeat(10_000);
    for (let count = 0; count < 2_000 && station.peers.length > 0; count += 1) {
      station.trip(padding);
      await new Promise((resolve) => setImmediate(resolve));
    }
    peer.socket.resume();
    await peer.closed();
    expect(station.peers).to.be.empty;
    const line = station.log.lines.find(({ message }) => message === 'disconnected, too slow');
    expect(line?.fields['reason']).to.match(/\d+ bytes/);
  });

  it('leave nothing behind of 200 clients that are killed in the middle', async () => {
    for (let round = 0; round < 20; round += 1) {
      const peers = await Promise.all(Array.from({ length: 10 }, () => station.raw()));
      for (const peer of peers) peer.send(`GET ${EVENTS} HTTP/1.1`, 'Host: x', '', '');
      await until('ten', () => station.peers.length === 10);
      station.say(round);
      for (const { socket } of peers) socket.resetAndDestroy();
      await until('none', () => station.peers.length === 0);
    }
    const before = station.log.lines.length;
    station.say(1);
    expect(station.log.lines.slice(before)).to.be.empty;
    expect(station.log.lines.filter(({ level }) => level !== 'info')).to.be.empty;
  });

  it('leave nothing behind of a client that is gone before the first word', async () => {
    const peer = await station.raw();
    peer.send(`GET ${EVENTS} HTTP/1.1`, 'Host: x', '', '');
    peer.socket.resetAndDestroy();
    await peer.closed();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(station.peers).to.be.empty;
  });

  it('report who follows', async () => {
    await follow();
    const [report] = station.connector.peers();
    expect(report).to.deep.include({ connector: 'web', dialect: 'events', isBehind: false });
  });

  it('say goodbye, and end, when the station stops; a stuck client does not hold it', async () => {
    const follower = await follow();
    const peer = await stuck();
    for (let count = 0; count < 200; count += 1) station.say('x'.repeat(5_000));
    const startMs = performance.now();
    await station.connector.stop();
    expect(performance.now() - startMs).to.be.below(1_000);
    await until('the end', () => follower.isOver);
    expect(follower.named('goodbye')[0]?.data['reason']).to.equal('the station is stopping');
    peer.socket.resume();
    await peer.closed();
  });

  it('have no HEAD, and refuse topics that are none', async () => {
    expect((await station.fetch(EVENTS, { method: 'HEAD' })).status).to.equal(405);
    expect((await station.fetch(`${EVENTS}?topics=`)).status).to.equal(422);
    expect(station.peers).to.be.empty;
  });
});
