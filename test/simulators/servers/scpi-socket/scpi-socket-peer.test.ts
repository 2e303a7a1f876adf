import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { MAX_LINE_BYTES, ScpiSocketPeer } from '../../../../simulators/servers/scpi-socket/scpi-socket-peer.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';
import { IDENTITY, ScriptedInstrument } from '../scripted-instrument.js';

describe('ScpiSocketPeer', () => {
  let clock: FakeClock;
  let client: Duplex;
  let heard: string;
  let log: MemoryLog;
  let instrument: ScriptedInstrument;
  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryLog();
    instrument = new ScriptedInstrument();
    const [ours, theirs] = duplexPair({ allowHalfOpen: true });
    client = theirs;
    heard = '';
    new ScpiSocketPeer({ stream: ours, session: instrument.connect(), clock, log, cut: () => void ours.destroy() });
  });
  afterEach(() => {
    client.destroy();
    clock.uninstall();
  });

  const listen = (): void => {
    client.setEncoding('latin1').on('data', (text: string) => (heard += text));
  };
  const said = async (text: string): Promise<string> => {
    listen();
    client.write(text);
    await settled();
    return heard;
  };
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('answers a line, and greets nobody', async () => {
    expect(await said('*IDN?\n')).to.equal(`${IDENTITY}\n`);
  });

  it('understands a line however it is cut', async () => {
    listen();
    for (const piece of ['*I', 'DN', '?\r', '\n*IDN?', '\n']) client.write(piece);
    await settled();
    expect(heard).to.equal(`${IDENTITY}\n${IDENTITY}\n`);
  });

  it('pushes an answer when the instrument has it', async () => {
    await said('SLOW?\n');
    instrument.session.say('1\n');
    await settled();
    expect(heard).to.equal('1\n');
  });

  it('carries a large answer whole', async () => {
    expect(await said('DATA? 300000\n')).to.have.lengthOf(300_001);
  });

  it('does not read from a client that does not take its answers', async () => {
    client.write('DATA? 300000\n');
    await settled();
    client.write('VOLT 5\n');
    await settled();
    expect(instrument.session.lines).to.deep.equal(['DATA? 300000']);
  });

  it('goes on where it stopped when the client reads again', async () => {
    client.write('DATA? 300000\n*IDN?\n');
    await settled();
    listen();
    await settled();
    expect(heard.slice(300_000)).to.equal(`\n${IDENTITY}\n`);
  });

  it('cuts off a client that takes nothing for 10 s', async () => {
    client.write('DATA? 300000\n');
    await settled();
    await clock.pass(10_000);
    expect(log.messages).to.deep.equal(['warn: client cut off: it does not read its answers']);
    await settled();
    expect(instrument.session.isClosed).to.equal(true);
  });

  it('leaves a client alone that is slow but reads', async () => {
    client.write('DATA? 300000\n');
    await settled();
    await clock.pass(9_000);
    listen();
    await settled();
    await clock.pass(9_000);
    expect(log.messages).to.deep.equal([]);
  });

  it('cuts off a client whose line has no end', async () => {
    client.write(Buffer.alloc(MAX_LINE_BYTES, 'x'));
    await settled();
    expect(log.messages).to.deep.equal([]);
    client.write('x');
    await settled();
    expect(log.messages).to.deep.equal(['warn: client cut off: its line has no end']);
  });

  it('counts a line from its last LF', async () => {
    client.write(Buffer.alloc(MAX_LINE_BYTES, 'x'));
    client.write('\n');
    client.write(Buffer.alloc(MAX_LINE_BYTES, 'x'));
    await settled();
    expect(log.messages).to.deep.equal([]);
  });

  it('gives a client that has ended its sending side a second for the last answers', async () => {
    listen();
    client.end('SLOW?\n');
    await settled();
    instrument.session.say('late\n');
    await settled();
    expect([heard, instrument.session.isClosed]).to.deep.equal(['late\n', false]);
    await clock.pass(1_000);
    await settled();
    expect(instrument.session.isClosed).to.equal(true);
  });

  it('drops the connection when the instrument is cut off', async () => {
    instrument.session.cuts.next();
    await settled();
    expect(instrument.session.isClosed).to.equal(true);
  });

  it('leaves no timer behind', async () => {
    await said('*IDN?\n');
    client.destroy();
    await settled();
    await clock.pass(1_000); // Node.js 24 tells the end of a destroyed pair as one of a sending side
    await settled();
    expect(clock.pending).to.equal(0);
  });
});
