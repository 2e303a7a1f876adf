import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { attach } from '../../connectors/attach.js';
import { Exchange } from '../../connectors/exchange.js';
import type { BadFrame, Decode } from '../../core/codec.js';
import type { Dialect } from '../../core/dialect.js';
import { Lab } from '../support/lab.js';

/** One frame a byte; 0 is no frame, 1 cannot be followed, 2 meets a defect of ours. */
type Letter = { readonly type: 'letter'; readonly code: number };

const decode: Decode<Letter> = (bytes) => ({
  rest: new Uint8Array(0),
  frames: [...bytes].map((code): Letter | BadFrame => {
    if (code === 2) throw new Error('defect');
    if (code > 1) return { type: 'letter', code };
    return code === 0 ? { type: 'bad', problem: 'a zero' } : { type: 'bad', problem: 'a one', isFatal: true };
  }),
});

const ANSWER_BYTES = 65_536;

/** Answers each letter with 64 KiB of it, to its sender; what is no letter with a question mark. */
const dialect: Dialect<string> = {
  understand: (text) => ({ answer: [text.repeat(ANSWER_BYTES)], to: 'sender' }),
  toFrames: () => [],
  onBadFrame: () => ['?'],
  recipients: () => 'sender',
};

describe('attach', () => {
  let lab: Lab;
  let exchange: Exchange<string>;
  let ends: Duplex[];
  beforeEach(() => {
    lab = new Lab();
    ends = [];
    exchange = new Exchange<string>({
      connector: 'letters',
      dialectName: 'letters',
      dialect,
      encode: (text) => Buffer.from(text),
      bus: lab.bus,
      clock: lab.clock,
      log: lab.log,
      maxBurstBytes: 16_384,
    });
  });
  afterEach(async () => {
    exchange.close();
    for (const end of ends) end.destroy();
    await lab.close();
  });

  /** The station's end of a stream, and the client's, which hears nothing until it is read. */
  const join = (peer = 'p'): readonly [Duplex, Duplex] => {
    const [ours, theirs] = duplexPair();
    ends.push(ours, theirs);
    theirs.on('error', () => undefined);
    attach(ours, { peer, exchange, decode, toFrame: ({ code }) => String.fromCharCode(code), log: lab.log });
    return [ours, theirs];
  };
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('answers in the same turn, without waiting for the next', async () => {
    const [, client] = join();
    client.write('\0');
    await settle();
    expect(lab.clock.pending).to.equal(0);
    expect(String(client.read())).to.equal('?');
  });

  it('answers bytes that are no frame, and goes on', async () => {
    const [, client] = join();
    client.write('\0\0');
    await settle();
    expect(String(client.read())).to.equal('??');
  });

  it('answers and ends a stream that cannot be followed', async () => {
    const [ours, client] = join();
    client.write('\u0001aaa');
    await settle();
    expect(String(client.read()).slice(0, 1)).to.equal('?');
    expect(ours.writable).to.equal(false);
  });

  it('closes the one peer whose bytes meet a defect', async () => {
    const [ours, client] = join('unlucky');
    const [other, otherClient] = join('other');
    client.write('\u0002');
    await settle();
    otherClient.write('\0');
    await settle();
    expect([ours.destroyed, other.destroyed]).to.deep.equal([true, false]);
    expect(String(otherClient.read())).to.equal('?');
    expect(lab.log.lines.find(({ level }) => level === 'error')?.fields).to.include({
      peer: 'unlucky',
      reason: 'defect',
    });
  });

  it('does not listen to a peer that is far behind, and listens again when it has caught up', async () => {
    const [ours, client] = join();
    client.write('aaaaaaaa');
    await settle();
    expect(ours.isPaused()).to.equal(true);
    let read = 0;
    client.on('data', (chunk: Buffer) => (read += chunk.length));
    for (let round = 0; round < 20; round += 1) await settle();
    expect(read).to.equal(8 * ANSWER_BYTES);
    expect(ours.isPaused()).to.equal(false);
  });

  it('disconnects a peer that never reads, keeps nothing for it, and says why', async () => {
    const [ours, client] = join();
    client.write('a'.repeat(40));
    await settle();
    expect(ours.destroyed).to.equal(true);
    expect(exchange.peers()).to.deep.equal([]);
    const line = lab.log.lines.find(({ level }) => level === 'warn');
    expect(line?.message).to.equal('disconnected, too slow');
    expect(line?.fields['reason']).to.match(/bytes were waiting for it, the limit is 1048576/);
  });

  it('logs that a peer has come and gone, with what went both ways', async () => {
    const [ours, client] = join();
    client.write('\0\0');
    await settle();
    ours.destroy();
    await settle();
    const infos = lab.log.lines.filter(({ level }) => level === 'info');
    expect(infos.map(({ message }) => message)).to.deep.equal(['connected', 'gone']);
    expect(infos[1]?.fields).to.include({ peer: 'p', receivedBytes: 2, sentBytes: 2, sent: 2 });
  });

  it('shows no more than 200 bytes of what goes over the wire', async () => {
    const [, client] = join();
    client.resume();
    client.write(Buffer.alloc(1_000));
    await settle();
    const shown = lab.log.lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields['begin']);
    expect(shown).to.deep.equal(['\0'.repeat(200), '?'.repeat(200)]);
  });
});
