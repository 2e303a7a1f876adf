import { expect } from 'chai';
import { EventExchange, type EventPeer } from '../../../connectors/rest/event-exchange.js';
import type { Sink } from '../../../core/outbox.js';
import type { Burst } from '../../../core/parcel.js';
import { Lab } from '../../support/lab.js';

type Heard = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: { readonly [key: string]: unknown };
};

/** A client in memory that reads server-sent events. */
class Client implements Sink {
  text = '';
  bursts: readonly Burst[] = [];
  isStuck = false;
  closedBecause: string | undefined;

  write(burst: Burst): boolean {
    this.bursts = [...this.bursts, burst];
    this.text += Buffer.from(burst.bytes).toString();
    return !this.isStuck;
  }

  close(reason: string): void {
    this.closedBecause = reason;
  }

  get heard(): readonly Heard[] {
    return this.text.split('\n\n').flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event === undefined || data === undefined) return [];
      return [{ event, id: fields.get('id'), data: JSON.parse(data) as Heard['data'] }];
    });
  }

  get events(): readonly string[] {
    return this.heard.map(({ event }) => event);
  }
}

describe('server-sent events', () => {
  let lab: Lab;
  let exchange: EventExchange;
  beforeEach(() => {
    lab = new Lab();
    exchange = new EventExchange({
      connector: 'web',
      bus: lab.bus,
      clock: lab.clock,
      log: lab.log,
      maxOutboxBytes: 10_000,
    });
  });
  afterEach(async () => {
    exchange.close('over');
    await lab.close();
  });

  const read = (value: number, channel = 1, padding = ''): void => {
    const details = { type: 'reading', parameter: 'voltage', quality: 'good', timeMs: 0 } as const;
    lab.bus.streamOf('hv').publish({ ...details, channel, value: padding === '' ? value : [value, padding] });
  };
  const trip = (text: string): void => {
    lab.bus.streamOf('hv').publish({ type: 'event', event: 'tripped', details: { text } });
  };
  let last = 0;
  const join = (client: Client, patterns: readonly string[] = ['**'], lastEventId?: string): EventPeer =>
    exchange.join({
      name: `client-${++last}`,
      patterns,
      sink: client,
      ...(lastEventId === undefined ? {} : { lastEventId }),
    });
  const turn = async (): Promise<void> => {
    await lab.clock.turns(1);
  };

  it('begin with the snapshot and go on with every change', async () => {
    read(1);
    const client = new Client();
    join(client);
    read(2);
    trip('over-current');
    await turn();
    expect(client.events).to.deep.equal(['snapshot', 'reading', 'event']);
    expect(client.heard[0]?.data).to.have.nested.property('readings[0].value', 1);
    expect(client.heard[1]?.data).to.include({ topic: 'hv/1/voltage', value: 2, seq: 2, previous: 1 });
    expect(client.text).to.match(/^retry: \d+\n\n/);
  });

  it('are those of the topics alone, in the snapshot too', async () => {
    read(1, 1);
    read(1, 2);
    const client = new Client();
    join(client, ['hv/2/*']);
    read(2, 1);
    read(2, 2);
    trip('x');
    await turn();
    expect(client.events).to.deep.equal(['snapshot', 'reading']);
    expect(client.heard[0]?.data['readings']).to.have.length(1);
  });

  it('are encoded once and shared, however many follow', async () => {
    const clients = Array.from({ length: 10 }, () => new Client());
    for (const client of clients) join(client, ['hv/**']);
    await turn();
    read(1);
    await turn();
    expect(exchange.encoded).to.equal(1);
    const bytes = clients.map(({ bursts }) => bursts.at(-1)?.bytes);
    expect(new Set(bytes).size).to.equal(1);
  });

  it('are not encoded when nobody follows', () => {
    read(1);
    expect(exchange.encoded).to.equal(0);
  });

  it('are conflated for a client that is behind, which is told how many it missed', async () => {
    const client = new Client();
    const peer = join(client, ['hv/**']);
    client.isStuck = true;
    await turn();
    for (let value = 1; value <= 50; value += 1) {
      read(value);
      await turn();
    }
    trip('in between');
    client.isStuck = false;
    peer.outbox.drained();
    await turn();
    expect(client.events).to.deep.equal(['snapshot', 'reading', 'event', 'gap']);
    expect(client.heard[1]?.data['value']).to.equal(50);
    expect(client.heard.at(-1)?.data).to.include({ conflated: 49, total: 49 });
  });

  it('end for a client for which too much waits', async () => {
    const client = new Client();
    join(client);
    client.isStuck = true;
    await turn();
    for (let count = 0; count < 20; count += 1) trip('x'.repeat(1_000));
    await turn();
    expect(client.closedBecause).to.contain('the limit is 10000');
  });

  it('keep a heartbeat every 15 s, and no timer when nobody follows', async () => {
    const client = new Client();
    const peer = join(client);
    await lab.clock.pass(31_000);
    expect(client.text.match(/: heartbeat\n\n/g)).to.have.length(2);
    exchange.leave(peer);
    expect(lab.clock.pending).to.equal(0);
  });

  it('say goodbye', async () => {
    const client = new Client();
    join(client);
    await turn();
    exchange.close('the station is stopping');
    expect(client.heard.at(-1)).to.deep.include({
      event: 'goodbye',
      data: { type: 'goodbye', reason: 'the station is stopping' },
    });
  });

  it('report who follows and forget who has gone', () => {
    const peer = join(new Client());
    expect(exchange.peers()).to.have.length(1);
    expect(exchange.peers()[0]).to.include({ connector: 'web', dialect: 'events', conflated: 0 });
    exchange.leave(peer);
    exchange.leave(peer);
    expect(exchange.peers()).to.deep.equal([]);
  });

  describe('after a lost connection', () => {
    let lastId: string;
    beforeEach(async () => {
      const client = new Client();
      const peer = join(client, ['hv/**']);
      trip('heard');
      await turn();
      lastId = client.heard.at(-1)?.id ?? '';
      exchange.leave(peer);
    });

    it('go on with the alarms and events that were missed, then the snapshot', async () => {
      trip('missed');
      read(5);
      lab.bus.streamOf('gun').publish({ type: 'event', event: 'elsewhere', details: {} });
      const client = new Client();
      join(client, ['hv/**'], lastId);
      await turn();
      expect(client.events).to.deep.equal(['resumed', 'event', 'snapshot']);
      expect(client.heard[0]?.data).to.include({ replayed: 1, isComplete: true });
      expect(client.heard[1]?.data).to.have.nested.property('details.text', 'missed');
    });

    it('say so when more was missed than is remembered', async () => {
      for (let count = 0; count < 3_000; count += 1) trip('x');
      const client = new Client();
      join(client, ['gun/**'], lastId);
      await turn();
      expect(client.heard[0]?.data).to.include({ isComplete: false });
    });

    for (const foreign of ['', 'nonsense', '0-1', 'zzzzzzzz-zzzzzzzzz', '../../x'])
      it(`say so when "${foreign}" is none of our positions`, async () => {
        const client = new Client();
        join(client, ['hv/**'], foreign);
        await turn();
        expect(client.heard[0]).to.deep.include({
          event: 'resumed',
          data: { type: 'resumed', replayed: 0, isComplete: false },
        });
        expect(client.events).to.deep.equal(['resumed', 'snapshot']);
      });
  });
});
