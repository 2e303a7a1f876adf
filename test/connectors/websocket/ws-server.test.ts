import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { ChunkTurn } from '../../../connectors/transports/chunk-turn.js';
import { WsServer } from '../../../connectors/transports/ws-server.js';
import { Outbox } from '../../../core/outbox.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryLog } from '../../support/memory-log.js';

const upgradeRequest = (): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.url = '/channel';
  request.headers = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
  };
  return request;
};

/** A masked text frame of one character, or a masked binary one. */
const frame = (character: string, opcode = 1): Buffer =>
  Buffer.from([0x80 + opcode, 0x81, 0, 0, 0, 0, character.charCodeAt(0)]);

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('WsServer', () => {
  let clock: FakeClock;
  let log: MemoryLog;
  let chunkTurn: ChunkTurn;
  let server: WsServer;
  let heard: string[];
  let ends: Duplex[];
  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryLog();
    chunkTurn = new ChunkTurn(clock);
    server = new WsServer({
      clock: chunkTurn.clock,
      chunkTurn,
      log,
      origins: { allowedOrigins: [], allowedHosts: [] },
    });
    heard = [];
    ends = [];
  });
  afterEach(() => {
    for (const end of ends) end.destroy();
    clock.uninstall();
  });

  /** The station's end and the client's. The text `!` meets a defect, as does every binary message. */
  const join = (): readonly [Duplex, Duplex] => {
    const [ours, theirs] = duplexPair();
    ends.push(ours, theirs);
    theirs.on('error', () => undefined).resume();
    server.upgrade(upgradeRequest(), ours, Buffer.alloc(0), (name, sink) => ({
      outbox: new Outbox({ name, sink, maxBytes: 1_000 }),
      onText: (text) => {
        heard.push(text);
        if (text === '!') throw new Error('defect');
      },
      onBinary: () => {
        throw new Error('defect');
      },
      onChunkEnd: () => undefined,
      onClosed: () => undefined,
    }));
    return [ours, theirs];
  };

  for (const [what, bytes] of [
    ['text', frame('!')],
    ['binary message', frame('!', 2)],
  ] as const) {
    it(`closes the one peer whose ${what} meets a defect`, async () => {
      const [unlucky, client] = join();
      const [other, otherClient] = join();
      client.write(Buffer.concat([bytes, frame('b')]));
      await settle();
      otherClient.write(frame('c'));
      await settle();
      expect([unlucky.destroyed, other.destroyed, server.size]).to.deep.equal([true, false, 1]);
      expect(heard).to.include('c').and.not.include('b');
      expect(log.lines.find(({ level }) => level === 'error')?.fields).to.include({ reason: 'defect' });
    });
  }

  it('leaves the turn of a chunk that met a defect', async () => {
    const [, client] = join();
    client.write(frame('!'));
    await settle();
    let isDone = false;
    chunkTurn.clock.turn(() => (isDone = true));
    await clock.turns(1);
    expect(isDone).to.equal(true);
  });

  it('cuts a silent peer, and not one that takes what was sent to it', async () => {
    const [silent] = join();
    const [taking] = join();
    for (let round = 0; round < 4; round += 1) {
      await clock.pass(15_000);
      taking.emit('drain');
    }
    expect([silent.destroyed, taking.destroyed]).to.deep.equal([true, false]);
  });
});
