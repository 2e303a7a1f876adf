import { expect } from 'chai';
import fc from 'fast-check';
import { clientFrameSchema } from '../../../connectors/native/client-frame-schema.js';
import { NativeExchange } from '../../../connectors/native/native-exchange.js';
import type { SendOutcome, ZmqFrames } from '../../../connectors/transports/zmq-socket.js';
import { CommandPort, IDLE_MS, MAX_CLIENTS } from '../../../connectors/zeromq/command-port.js';
import { problem } from '../../../core/errors.js';
import { createCompiler } from '../../../schemas/compiler.js';
import { SupplyLab } from '../../support/lab.js';

const OUTBOX_BYTES = 4096;

type Answer = { readonly type: string; readonly [field: string]: unknown };

/** Stands for the ROUTER socket: remembers what was sent to whom. */
class FakeRouter {
  /** Frames in front of each answer, and the answer. */
  readonly sent: { readonly envelope: readonly string[]; readonly answer: Answer }[] = [];
  outcome: (identity: string) => SendOutcome = () => 'sent';

  send = (frames: ZmqFrames): Promise<SendOutcome> => {
    const texts = frames.map((frame) => Buffer.from(frame).toString());
    const outcome = this.outcome(texts[0] ?? '');
    if (outcome === 'sent')
      this.sent.push({ envelope: texts.slice(0, -1), answer: JSON.parse(texts.at(-1) ?? '') as Answer });
    return Promise.resolve(outcome);
  };

  answersTo(identity: string): readonly Answer[] {
    return this.sent.filter(({ envelope }) => envelope[0] === identity).map(({ answer }) => answer);
  }
}

describe('CommandPort', () => {
  let lab: SupplyLab;
  let router: FakeRouter;
  let port: CommandPort;

  const receive = (...frames: (string | Uint8Array)[]) => {
    port.receive(frames.map((frame) => Buffer.from(frame)));
  };
  const request = (identity: string, frame: object) => {
    receive(identity, JSON.stringify(frame));
  };
  const set = (identity: string, value: number, more: object = {}) => {
    request(identity, {
      type: 'command',
      manager: 'psu',
      channel: 1,
      command: 'setNow',
      arguments: { voltage: value },
      ...more,
    });
  };
  const settled = () => lab.clock.pass(0);
  const names = () => port.peers().map(({ peer }) => peer);

  beforeEach(async () => {
    lab = new SupplyLab();
    await lab.start();
    router = new FakeRouter();
    const { bus, clock, log } = lab;
    const exchange = new NativeExchange({
      connector: 'zmq',
      station: { name: 'lab', version: '1' },
      bus,
      clock,
      log,
      schema: clientFrameSchema(),
      compile: createCompiler(),
      encode: (text) => Buffer.from(text),
      maxBurstBytes: 1024,
      maxOutboxBytes: OUTBOX_BYTES,
      subscribeRefusal: problem('BAD_COMMAND', 'use the publish port'),
    });
    port = new CommandPort({ connector: 'zmq', exchange, bus, clock, log, send: router.send });
  });

  afterEach(async () => {
    await port.stop('end of test');
    const stopping = lab.manager.stop();
    await lab.clock.pass(1000);
    await stopping;
    await lab.close();
  });

  it('answers a DEALER behind its identity', async () => {
    request('ann', { type: 'ping', id: 1 });
    await settled();
    expect(router.sent.map(({ envelope, answer }) => [envelope, answer.type])).to.deep.equal([[['ann'], 'pong']]);
  });

  it('answers a REQ behind identity and delimiter', async () => {
    receive('ann', '', '{"type":"ping"}');
    await settled();
    expect(router.sent[0]?.envelope).to.deep.equal(['ann', '']);
  });

  it('runs a command and gives the reply to its sender alone', async () => {
    request('bob', { type: 'ping' });
    set('ann', 5, { id: 'one' });
    await settled();
    expect([
      router.answersTo('ann').map(({ type }) => type),
      router.answersTo('bob').map(({ type }) => type),
    ]).to.deep.equal([['reply'], ['pong']]);
  });

  it('gives a refusal to its sender, with the reason', async () => {
    set('ann', 99);
    await settled();
    expect(router.answersTo('ann')[0]).to.have.nested.property('problem.code', 'OUT_OF_RANGE');
  });

  it('names the sender as the origin of the command', async () => {
    set('ann', 5);
    await settled();
    expect(router.answersTo('ann')[0]).to.have.nested.property('command.origin.peer', 'ann');
  });

  it('describes the managers', async () => {
    request('ann', { type: 'describe', manager: 'psu' });
    await settled();
    expect(router.answersTo('ann')[0]).to.have.nested.property('managers[0].name', 'psu');
  });

  it('answers from the snapshot without asking the instrument', async () => {
    const askedBefore = lab.table.asked.length;
    request('ann', { type: 'get', patterns: ['psu/1/voltage'] });
    await settled();
    expect(lab.table.asked).to.have.lengthOf(askedBefore);
    expect(router.answersTo('ann')[0]).to.have.nested.property('readings[0].topic', 'psu/1/voltage');
  });

  it('sends who wants to subscribe to the publish port', async () => {
    request('ann', { type: 'subscribe', patterns: ['**'], id: 3 });
    await settled();
    expect(router.answersTo('ann')).to.deep.equal([
      { type: 'error', problem: { code: 'BAD_COMMAND', message: 'use the publish port' }, id: 3 },
    ]);
  });

  it('keeps the order of the answers, however many', async () => {
    for (let id = 0; id < 50; id += 1) request('ann', { type: 'ping', id });
    await settled();
    expect(router.answersTo('ann').map(({ id }) => id)).to.deep.equal([...Array(50).keys()]);
  });

  const bad: readonly {
    readonly what: string;
    readonly frames: readonly (string | Uint8Array)[];
    readonly text: string;
  }[] = [
    {
      what: 'bytes that are no UTF-8',
      frames: [Uint8Array.of(0xff, 0xfe)],
      text: 'one frame of UTF-8 text, these bytes are none',
    },
    { what: 'a request of two frames', frames: ['{}', '{}'], text: 'one frame of UTF-8 text, not 2 frames' },
    { what: 'no request at all', frames: [], text: 'one frame of UTF-8 text, not 0 frames' },
    { what: 'text that is no JSON', frames: ['hello'], text: 'no JSON' },
    {
      what: 'JSON nested a million deep',
      frames: ['['.repeat(500_000) + ']'.repeat(500_000)],
      text: 'nested deeper than 64',
    },
    { what: 'an unknown type', frames: ['{"type":"dance"}'], text: 'is no frame type' },
  ];
  for (const { what, frames, text } of bad) {
    it(`answers ${what} with an error`, async () => {
      receive('ann', ...frames);
      await settled();
      expect(router.answersTo('ann')).to.have.lengthOf(1);
      expect(router.answersTo('ann')[0]).to.have.nested.property('problem.message').that.includes(text);
    });
  }

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }), (frames) => {
        port.receive(frames);
      }),
    );
  });

  describe('with a client that does not read', () => {
    let isFull: boolean;

    beforeEach(() => {
      isFull = true;
      router.outcome = (identity) => (identity === 'ann' && isFull ? 'full' : 'sent');
    });

    it('loses no answer, and sends them in order when it reads again', async () => {
      for (let id = 0; id < 10; id += 1) request('ann', { type: 'ping', id });
      await settled();
      isFull = false;
      await lab.clock.pass(5_000);
      expect(router.answersTo('ann').map(({ id }) => id)).to.deep.equal([...Array(10).keys()]);
    });

    it('serves the others meanwhile', async () => {
      for (let id = 0; id < 10; id += 1) request('ann', { type: 'ping', id });
      request('bob', { type: 'ping' });
      await settled();
      expect(router.answersTo('bob')).to.have.lengthOf(1);
    });

    it('keeps a bounded number of bytes for it, then drops it with a warning', async () => {
      for (let id = 0; id < 1000; id += 1) request('ann', { type: 'describe', id });
      await settled();
      expect(lab.log.messages.filter((line) => line === 'warn: client dropped, too slow')).to.have.lengthOf(1);
      expect(port.peers()[0]?.waitingBytes).to.be.at.most(OUTBOX_BYTES);
    });

    it('tells a dropped client so as soon as it reads again, and serves it from then on', async () => {
      for (let id = 0; id < 1000; id += 1) request('ann', { type: 'describe', id });
      await settled();
      isFull = false;
      await lab.clock.pass(5_000);
      request('ann', { type: 'ping' });
      await settled();
      expect(router.answersTo('ann').map(({ type }) => type)).to.deep.equal(['goodbye', 'pong']);
    });
  });

  it('forgets a client that has gone', async () => {
    router.outcome = () => 'gone';
    request('ann', { type: 'ping' });
    await settled();
    expect(names()).to.deep.equal([]);
  });

  it('forgets a client that has been silent for long', async () => {
    request('ann', { type: 'ping' });
    await lab.clock.pass(IDLE_MS / 2);
    request('bob', { type: 'ping' });
    await lab.clock.pass(IDLE_MS / 2 + 120_000);
    expect(names()).to.deep.equal(['bob']);
  }).timeout(10_000);

  it('remembers a silent client while its command runs', async () => {
    lab.table.behaviour.write = 'hang';
    set('ann', 5);
    await settled();
    for (let index = 0; index < MAX_CLIENTS + 10; index += 1) request(`other-${index}`, { type: 'ping' });
    await settled();
    expect(names()).to.include('ann').and.to.have.lengthOf(MAX_CLIENTS);
    await lab.clock.pass(6_000);
    expect(router.answersTo('ann')[0]).to.have.nested.property('problem.code', 'TIMEOUT');
  }).timeout(10_000);

  it('says goodbye when it stops', async () => {
    request('ann', { type: 'ping' });
    await settled();
    await port.stop('the station is stopping');
    expect(router.answersTo('ann').at(-1)).to.deep.equal({ type: 'goodbye', reason: 'the station is stopping' });
  });
});
