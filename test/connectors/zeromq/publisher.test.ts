import { expect } from 'chai';
import type { PublishEncoding } from '../../../connectors/zeromq/encoding.js';
import { jsonEncoding } from '../../../connectors/zeromq/json-encoding.js';
import { Publisher } from '../../../connectors/zeromq/publisher.js';
import { Bus } from '../../../core/bus.js';
import type { OutputBody } from '../../../core/message.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryLog } from '../../support/memory-log.js';

type Sent = { readonly topic: string; readonly payload: Record<string, unknown>; readonly frames: number };

describe('Publisher', () => {
  let clock: FakeClock;
  let bus: Bus;
  let sent: Sent[];
  let log: MemoryLog;
  let encoded: number;
  let publisher: Publisher;

  const counting: PublishEncoding = {
    name: 'json',
    encode: (output, isSnapshot) => {
      encoded += 1;
      if (output.type === 'reading' && output.value === 'unspeakable') throw new RangeError('cannot be said');
      return jsonEncoding.encode(output, isSnapshot);
    },
  };
  const subscribe = (prefix: string) => {
    publisher.receive(Buffer.from(`\x01${prefix}`));
  };
  const leave = (prefix: string) => {
    publisher.receive(Buffer.from(`\x00${prefix}`));
  };
  const publish = (body: OutputBody) => bus.streamOf('hv').publish(body);
  const measure = (channel: number, value: number | string, data?: Uint8Array) =>
    publish({
      type: 'reading',
      channel,
      parameter: 'voltage',
      value,
      quality: 'good',
      timeMs: clock.now(),
      ...(data === undefined ? {} : { data }),
    });
  const topics = () => sent.map(({ topic }) => topic);

  beforeEach(() => {
    clock = new FakeClock();
    bus = new Bus({ clock });
    sent = [];
    log = new MemoryLog();
    encoded = 0;
    publisher = new Publisher({
      connector: 'zmq',
      name: 'publish',
      encoding: counting,
      bus,
      clock,
      log,
      highWaterMark: 1000,
      send: (frames) => {
        const [topic, payload] = frames.map((frame) => Buffer.from(frame).toString());
        sent.push({
          topic: topic ?? '',
          payload: JSON.parse(payload ?? '{}') as Sent['payload'],
          frames: frames.length,
        });
      },
    });
  });

  afterEach(() => {
    publisher.stop();
    bus.complete();
    clock.uninstall();
  });

  it('encodes nothing while nobody has subscribed', () => {
    measure(1, 5);
    expect(encoded).to.equal(0);
  });

  it('encodes nothing for topics that nobody wants', () => {
    subscribe('hv/1/');
    measure(10, 5);
    expect(encoded).to.equal(0);
  });

  it('publishes a reading under its topic', () => {
    subscribe('hv/1/');
    measure(1, 5);
    expect(topics()).to.deep.equal(['hv/1/voltage/']);
  });

  it('publishes events, alarms and answers under topics of their own', () => {
    subscribe('hv/$');
    publish({ type: 'event', event: 'tripped', details: {} });
    expect(topics()).to.deep.equal(['hv/$event/']);
  });

  it('puts binary data into a frame of its own', () => {
    subscribe('');
    measure(1, 5, Uint8Array.of(1, 2, 3));
    expect(sent.map(({ frames, payload }) => [frames, payload['dataBytes']])).to.deep.equal([[3, 3]]);
  });

  it('repeats the newest readings for a newcomer, marked and with the stamps they had', async () => {
    measure(1, 5);
    const newest = measure(1, 6);
    subscribe('hv/1/');
    await clock.turns(1);
    expect(sent.map(({ payload }) => payload)).to.deep.equal([{ ...newest, snapshot: true }]);
  });

  it('follows the snapshot without a gap', async () => {
    const known = measure(1, 5);
    subscribe('hv/1/');
    await clock.turns(1);
    measure(1, 6);
    expect(sent.at(-1)?.payload).to.include({ previous: known.seq, value: 6 });
  });

  it('stops encoding when the last subscriber has gone', () => {
    subscribe('hv/');
    leave('hv/');
    measure(1, 5);
    expect(encoded).to.equal(0);
  });

  it('ignores what is no subscription, and counts it', () => {
    publisher.receive(Buffer.from('rubbish'));
    publisher.receive(new Uint8Array(0));
    expect(publisher.peers()[0]).to.include({ received: 2, sent: 0 });
  });

  it('survives a message that cannot be encoded, and says so once', () => {
    subscribe('');
    measure(1, 'unspeakable');
    measure(1, 'unspeakable');
    measure(1, 7);
    const errors = log.messages.filter((line) => line.startsWith('error'));
    expect([topics().length, errors.length]).to.deep.equal([1, 1]);
  });

  it('is silent after stop', async () => {
    measure(1, 5);
    subscribe('');
    publisher.stop();
    measure(1, 6);
    await clock.pass(1000);
    expect(sent).to.deep.equal([]);
  });
});
