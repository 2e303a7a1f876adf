import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { RouterSocket } from '../../connectors/transports/zmq-router.js';
import { zeromqKind } from '../../connectors/zeromq/connector.js';
import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import { noLinks } from '../../core/link.js';
import { Bus } from '../../core/bus.js';
import type { Connector, Listener } from '../../core/connector.js';
import type { JsonObject } from '../../core/json-value.js';
import type { HardwareManager } from '../../core/manager.js';
import { seededRandom } from '../../core/random.js';
import { hvKind } from '../../managers/hv/hv.kind.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';
import { readProtobuf } from '../connectors/zeromq/protobuf-reader.js';
import { MemoryLog } from '../support/memory-log.js';
import { PythonChild } from './python/zmq-child.js';

const POLL_MS = 50;
const ANY_PORT = 'tcp://127.0.0.1:0';

/** A virtual rack with the blocks 1 and 10 behind a ZeroMQ connector. */
class Station {
  readonly log = new MemoryLog();
  readonly bus = new Bus({ clock: systemClock });
  #connector: Connector | undefined;
  #listeners: readonly Listener[] = [];
  readonly #rack: HardwareManager;

  constructor() {
    const { log, bus } = this;
    const parts = {
      clock: systemClock,
      random: seededRandom(1),
      log,
      compile: createCompiler(),
      links: noLinks,
      drivers: noDriverFiles,
    };
    const blocks = [{ id: 1 }, { id: 10 }];
    const options = { blocks, measuringPeriodMs: POLL_MS, settlingMs: 20, limits: { minimum: 0, maximum: 15_000 } };
    this.#rack = hvKind.create(options, { ...parts, stream: bus.streamOf('hv') });
    bus.attach(this.#rack);
  }

  async start(options: JsonObject = {}): Promise<void> {
    await this.#rack.start();
    await this.open({ publish: ANY_PORT, publishProtobuf: ANY_PORT, commands: ANY_PORT, ...options });
  }

  async open(options: JsonObject): Promise<void> {
    const { log, bus } = this;
    const parts = {
      clock: systemClock,
      random: seededRandom(1),
      log,
      compile: createCompiler(),
      links: noLinks,
      drivers: noDriverFiles,
    };
    this.#connector = zeromqKind.create(options, { ...parts, name: 'zmq', bus });
    this.#listeners = await this.#connector.start();
  }

  async closePorts(): Promise<void> {
    await this.#connector?.stop();
  }

  url(port: 'publish' | 'publish-protobuf' | 'commands'): string {
    return this.#listeners.find(({ name }) => name === `zmq/${port}`)?.url ?? `no port ${port}`;
  }

  get peers() {
    return this.#connector?.peers() ?? [];
  }

  async stop(): Promise<void> {
    await this.closePorts();
    await this.#rack.stop();
    this.bus.complete();
  }
}

type Message = {
  readonly topic: string;
  readonly type: string;
  readonly channel?: number;
  readonly seq: number;
  readonly previous: number;
  readonly snapshot?: true;
  readonly value: unknown;
};

const parsed = (line: string) => JSON.parse(line) as [topic: string, payload: string, data: string[]];
const messages = (child: PythonChild): readonly Message[] =>
  child.lines.slice(1).map((line) => JSON.parse(parsed(line)[1]) as Message);

type Tally = { readonly count: number; readonly lost: number; readonly seq: number };
const tally = (lines: readonly string[]): Tally => {
  const line = lines.at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Tally) : { count: 0, lost: 0, seq: 0 };
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('ZeroMQ, spoken to by pyzmq', () => {
  let station: Station;
  let children: PythonChild[];

  const python = (script: string, ...args: string[]) => {
    const child = new PythonChild(script, args);
    children.push(child);
    return child;
  };
  const subscriber = (...args: string[]) => python('test/peers/python/zmq_sub.py', ...args);
  const requester = (...args: string[]) => python('test/peers/python/zmq_request.py', ...args);

  beforeEach(async () => {
    children = [];
    station = new Station();
    await station.start();
    await pause(2 * POLL_MS);
  });

  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await station.stop();
  });

  describe('the publish port', () => {
    it('greets a newcomer with what is known, though it may not change for hours', async () => {
      const child = subscriber(station.url('publish'), 'hv/1/voltageSetpoint/');
      await child.until('message', (lines) => lines.length > 1);
      expect(messages(child)[0]).to.include({ topic: 'hv/1/voltageSetpoint', snapshot: true });
    });

    it('greets the second subscriber of a prefix as well', async () => {
      for (let count = 0; count < 2; count += 1) {
        const child = subscriber(station.url('publish'), 'hv/1/voltageSetpoint/');
        await child.until('message', (lines) => lines.length > 1);
      }
    });

    it('tells every change without a gap', async () => {
      const child = subscriber(station.url('publish'), 'hv/1/voltage/');
      await child.until('ten messages', (lines) => lines.length > 10);
      const changes = messages(child).filter(({ snapshot }) => snapshot !== true);
      const before = changes.map(({ seq }) => seq).slice(0, -1);
      expect(changes.slice(1).map(({ previous }) => previous)).to.deep.equal(before);
    });

    it('keeps hv/1/ and hv/10/ apart', async () => {
      const child = subscriber(station.url('publish'), 'hv/1/');
      await child.until('ten messages', (lines) => lines.length > 10);
      expect(new Set(messages(child).map(({ channel }) => channel))).to.deep.equal(new Set([1]));
    });

    it('says what happened to the commands of others', async () => {
      const child = subscriber(station.url('publish'), 'hv/$reply/');
      await child.until('connection', (lines) => lines.length > 0);
      await pause(200);
      const request = requester('REQ', station.url('commands'));
      request.send('{"type":"command","manager":"hv","channel":10,"command":"setVoltage","arguments":{"voltage":20}}');
      await child.until('reply', (lines) => lines.length > 1);
      expect(messages(child)[0]).to.have.nested.property('command.channel', 10);
    });

    it('publishes the same as Protobuf on its own port', async () => {
      const child = subscriber(station.url('publish-protobuf'), '--hex', 'hv/10/voltageSetpoint/');
      await child.until('message', (lines) => lines.length > 1);
      const [, payload] = parsed(child.lines[1] ?? '');
      expect(readProtobuf(Buffer.from(payload, 'hex'))).to.include({
        type: 'reading',
        topic: 'hv/10/voltageSetpoint',
        channel: 10,
        snapshot: true,
        unit: 'V',
        quality: 'good',
      });
    });

    it('sends binary data as a frame of its own', async () => {
      const child = subscriber(station.url('publish'), 'camera/');
      await child.until('connection', (lines) => lines.length > 0);
      await pause(200);
      const data = Uint8Array.of(1, 2, 255);
      station.bus.streamOf('camera').publish({ type: 'event', event: 'image', details: {}, data });
      await child.until('image', (lines) => lines.length > 1);
      expect(parsed(child.lines[1] ?? '')[2]).to.deep.equal(['0102ff']);
    });

    it('loses nothing for the one who reads, and keeps little for the one who never does', async () => {
      const COUNT = 40_000;
      const say = (value: number) => {
        const body = { type: 'reading', parameter: 'count', value, quality: 'good', timeMs: 0 } as const;
        station.bus.streamOf('fast').publish(body);
      };
      const lazy = subscriber(station.url('publish'), '--lazy', '--tally', 'fast/');
      const reader = subscriber(station.url('publish'), '--tally', 'fast/');
      for (const child of [lazy, reader]) await child.until('connection', (lines) => lines.length > 0);
      await pause(300);
      const memoryBefore = process.memoryUsage().rss;
      for (let value = 1; value <= COUNT; value += 1) {
        say(value);
        if (value % 20 === 0) await pause(1);
      }
      await reader.until('the last reading', (lines) => tally(lines).seq === COUNT);
      expect(tally(reader.lines)).to.deep.equal({ count: COUNT, lost: 0, seq: COUNT });
      expect(process.memoryUsage().rss - memoryBefore).to.be.below(20e6);

      lazy.send('read now');
      await lazy.until('what was kept for it', (lines) => lines.length > 1);
      // While it works through what was kept, the port may still drop what is new for it. It tells after 0.3 s of silence.
      for (let next = COUNT + 1; tally(lazy.lines).seq <= COUNT && next < COUNT + 20; next += 1) {
        say(next);
        await pause(600);
      }
      const { count, lost, seq } = tally(lazy.lines);
      expect(seq).to.be.above(COUNT);
      expect([count + lost, lost > 0]).to.deep.equal([seq, true]);
    });

    it('serves its subscribers again when it comes back on the same port', async () => {
      const address = station.url('publish');
      const child = subscriber(address, 'hv/1/voltage/');
      await child.until('messages', (lines) => lines.length > 2);
      await station.closePorts();
      await station.open({ publish: address, commands: null });
      const seen = child.lines.length;
      await child.until('a snapshot after the outage', (lines) =>
        lines.slice(seen).some((line) => line.includes('\\"snapshot\\":true')),
      );
    });
  });

  describe('the command port', () => {
    const setVoltage = (voltage: number, id: string) =>
      JSON.stringify({ type: 'command', id, manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage } });

    it('answers a REQ, one request after the other', async () => {
      const child = requester('REQ', station.url('commands'));
      for (const [count, id] of ['a', 'b'].entries()) {
        child.send(setVoltage(100 * count, id));
        await child.until('answer', (lines) => lines.length > count);
      }
      const ids = child.lines.map((line) => (JSON.parse(line) as { command: { id: string } }).command.id);
      expect(ids).to.deep.equal(['a', 'b']);
    });

    it('answers every request of a DEALER that does not wait', async () => {
      const child = requester('DEALER', station.url('commands'));
      for (let id = 0; id < 500; id += 1) child.send(JSON.stringify({ type: 'ping', id }));
      await child.until('500 answers', (lines) => lines.length === 500);
      expect(child.lines.map((line) => (JSON.parse(line) as { id: number }).id)).to.deep.equal([...Array(500).keys()]);
    });

    it('describes the rack', async () => {
      const child = requester('REQ', station.url('commands'));
      child.send('{"type":"describe"}');
      await child.until('answer', (lines) => lines.length > 0);
      expect(JSON.parse(child.lines[0] ?? '')).to.have.nested.property('managers[0].commands.setVoltage');
    });

    it('gives a refusal to its sender alone', async () => {
      const bystander = requester('DEALER', station.url('commands'));
      bystander.send('{"type":"ping"}');
      const child = requester('DEALER', station.url('commands'));
      child.send(setVoltage(16_000, 'too much'));
      await child.until('refusal', (lines) => lines.length > 0);
      await bystander.until('pong', (lines) => lines.length > 0);
      await pause(100);
      expect(JSON.parse(child.lines[0] ?? '')).to.have.nested.property('problem.code', 'OUT_OF_RANGE');
      expect(bystander.lines).to.have.lengthOf(1);
    });

    it('answers a client that comes back under its old identity', async () => {
      const first = requester('DEALER', station.url('commands'), 'shift-2');
      first.send('{"type":"ping"}');
      await first.until('pong', (lines) => lines.length > 0);
      await first.kill();
      const second = requester('DEALER', station.url('commands'), 'shift-2');
      second.send('{"type":"ping"}');
      await second.until('pong', (lines) => lines.length > 0);
    });

    it('drops a client that asks and never reads, and tells it so when it does', async () => {
      const COUNT = 6000;
      const flood = python('test/peers/python/zmq_flood.py', station.url('commands'), String(COUNT));
      await flood.until('its questions', (lines) => lines.length > 0);
      const isDropped = () => station.log.messages.includes('warn: client dropped, too slow');
      for (let waitedMs = 0; !isDropped() && waitedMs < 10_000; waitedMs += 50) await pause(50);
      const child = requester('REQ', station.url('commands'));
      child.send('{"type":"ping"}');
      await child.until('pong', (lines) => lines.length > 0);
      flood.send('read now');
      await flood.until('goodbye', (lines) => lines.at(-1) === 'goodbye');
      expect(flood.lines.length).to.be.below(COUNT);
    });

    it('knows that nobody of an identity is there', async () => {
      const socket = await RouterSocket.open({ address: ANY_PORT, maxFrameBytes: 1024, log: station.log });
      const outcome = await socket.send(['nobody', 'hello']);
      await socket.close();
      expect(outcome).to.equal('gone');
    });

    it('answers rubbish with an error and goes on', async () => {
      const child = requester('DEALER', station.url('commands'));
      for (let count = 0; count < 200; count += 1) {
        child.send(JSON.stringify(['hex', randomBytes(1 + (count % 64)).toString('hex')]));
      }
      child.send('['.repeat(300_000));
      child.send(`{"type":"ping","id":"${'x'.repeat(1000)}"}`);
      child.send('{"type":"ping"}');
      await child.until('the answers', (lines) => lines.length >= 203);
      const types = child.lines.map((line) => (JSON.parse(line) as { type: string }).type);
      expect([types.at(-1), new Set(types.slice(0, -1))]).to.deep.equal(['pong', new Set(['error'])]);
    });

    it('is not harmed by a frame over the limit: its sender is cut, the others are served', async () => {
      const big = requester('DEALER', station.url('commands'));
      big.send(`{"type":"ping","id":"${'x'.repeat(2 ** 20)}"}`);
      await pause(200);
      const child = requester('REQ', station.url('commands'));
      child.send('{"type":"ping"}');
      await child.until('pong', (lines) => lines.length > 0);
      expect(big.lines).to.deep.equal([]);
    });
  });

  for (const port of ['publish', 'commands'] as const) {
    it(`survives 16 MiB of bytes that are no ZMTP on the ${port} port`, async () => {
      const target = new URL(station.url(port).replace('tcp:', 'http:'));
      const memoryBefore = process.memoryUsage().rss;
      const pourRubbish = () =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(target.port), target.hostname);
          socket
            .on('error', () => undefined)
            .once('close', () => {
              resolve();
            });
          socket.end(randomBytes(2 ** 20));
          setTimeout(() => socket.destroy(), 500);
        });
      await Promise.all(Array.from({ length: 16 }, pourRubbish));
      const child = requester('REQ', station.url('commands'));
      child.send('{"type":"ping"}');
      await child.until('pong', (lines) => lines.length > 0);
      expect(process.memoryUsage().rss - memoryBefore).to.be.below(64e6);
    });
  }

  it('names the address when a port cannot be had, and leaves none open', async () => {
    const other = new Station();
    const refusal = await other.open({ publish: ANY_PORT, commands: station.url('commands') }).then(
      () => 'none',
      (thrown: unknown) => String(thrown),
    );
    expect(refusal).to.include(`cannot listen on ${station.url('commands')}: another program has this port`);
    expect(other.peers).to.deep.equal([]);
  });

  describe('the examples', () => {
    it('subscribe.py prints what is known and what changes', async () => {
      const child = python('examples/python/subscribe.py', '--address', station.url('publish'), 'hv/10/');
      await child.until('ten lines', (lines) => lines.length > 10);
      expect(child.lines[10]).to.match(/^\d\d:\d\d:\d\d hv\/10\/voltage -?[\d.e-]+ V good$/);
    });

    it('command.py shows the refusal and ends with 1', async () => {
      const child = python(
        'examples/python/command.py',
        '--address',
        station.url('commands'),
        'hv',
        'setVoltage',
        '1',
        'voltage=1e6',
      );
      expect(await child.ended).to.equal(1);
      expect(JSON.parse(child.lines.join('\n'))).to.have.nested.property('problem.code', 'OUT_OF_RANGE');
    });

    it('command.py sets a voltage and ends with 0', async () => {
      const child = python(
        'examples/python/command.py',
        '--address',
        station.url('commands'),
        'hv',
        'setVoltage',
        '1',
        'voltage=10',
      );
      expect([await child.ended, child.errors]).to.deep.equal([0, '']);
    });

    it('command.py ends with 3 when nobody answers', async () => {
      const child = python('examples/python/command.py', '--address', 'tcp://127.0.0.1:1', '--timeout', '0.2');
      expect(await child.ended).to.equal(3);
    });
  });
});
