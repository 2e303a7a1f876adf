import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { GpibBus } from '../../../../simulators/servers/prologix/gpib-bus.js';
import { PROLOGIX_VERSION, SimulatedPrologix } from '../../../../simulators/servers/prologix/prologix-adapter.js';
import { servePrologix } from '../../../../simulators/servers/prologix/prologix-peer.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';
import { identify, IDENTITY, ScriptedInstrument } from '../scripted-instrument.js';

const UNKNOWN = 'Unrecognized command\r\n';

describe('the client of a simulated GPIB adapter', () => {
  let clock: FakeClock;
  let log: MemoryLog;
  let bus: GpibBus;
  let adapter: SimulatedPrologix;
  let client: Duplex;
  let theirs: Duplex;
  let heard: string;
  let isEnded: boolean;

  const begin = (highWaterMark = 16_384): void => {
    [client, theirs] = duplexPair({ allowHalfOpen: true, highWaterMark });
    for (const stream of [client, theirs]) stream.on('error', () => undefined);
    theirs.once('close', () => client.destroy());
    client.once('close', () => theirs.destroy());
    servePrologix(theirs, adapter, log);
  };
  const listen = (): void => {
    client.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
    client.once('end', () => (isEnded = true));
  };
  const pass = async (ms = 0): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.pass(ms / 20);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryLog();
    bus = new GpibBus({ 5: new ScriptedInstrument(identify) }, clock);
    adapter = new SimulatedPrologix(bus);
    [heard, isEnded] = ['', false];
    begin();
    listen();
  });
  afterEach(async () => {
    client.destroy();
    await pass();
    bus.close();
    const { pending } = clock;
    clock.uninstall();
    expect(pending).to.equal(0);
  });

  it('has its lines worked off in order', async () => {
    client.write('++ver\n*IDN?\n++read eoi\n++addr\n');
    await pass();
    expect(heard).to.equal(`${PROLOGIX_VERSION}\r\n${IDENTITY}\n5\r\n`);
  });

  it('still gets its answers when it has ended its sending side, and then the end', async () => {
    client.end('*IDN?\n++read eoi\n++ver\n');
    await pass();
    expect([heard, isEnded]).to.deep.equal([`${IDENTITY}\n${PROLOGIX_VERSION}\r\n`, true]);
  });

  it('is let go of at once when it has asked for nothing', async () => {
    client.end();
    await pass();
    expect(isEnded).to.equal(true);
  });

  it('gets the one word for all that the adapter does not know, whatever JavaScript calls so', async () => {
    const names = ['nonsense', 'constructor', '__proto__', 'hasOwnProperty', '__defineGetter__ x', 'toString', ''];
    client.write(names.map((name) => `++${name}\n`).join(''));
    client.write('++ver\n');
    await pass();
    expect(heard).to.equal(`${UNKNOWN.repeat(names.length)}${PROLOGIX_VERSION}\r\n`);
    expect(log.lines).to.deep.equal([]);
  });

  it('does nothing more for a client that has rebooted it', async () => {
    client.write('++addr 7\n++rst\n++addr 9\n++ver\n');
    await pass();
    expect([heard, client.destroyed]).to.deep.equal(['', true]);
    begin();
    listen();
    client.write('++addr\n');
    await pass();
    expect(heard).to.equal('7\r\n');
  });

  it('is asked for nothing more while it does not read', async () => {
    client.destroy();
    await pass();
    begin(1_024);
    for (let count = 0; count < 2_000; count += 1) client.write('++ver\n');
    await pass();
    expect(theirs.writableLength).to.be.at.most(2_048);
    expect(theirs.readableLength + client.writableLength).to.be.greaterThan(8_000);
    listen();
    for (let turn = 0; turn < 500 && heard.length < 2_000 * (PROLOGIX_VERSION.length + 2); turn += 1) await pass();
    expect(heard).to.equal(`${PROLOGIX_VERSION}\r\n`.repeat(2_000));
  });

  it('may go in mid-read', async () => {
    client.write('++read_tmo_ms 3000\n++read eoi\n');
    await pass();
    client.destroy();
    await pass();
    expect([clock.pending, log.lines]).to.deep.equal([0, []]);
  });

  it('may send any bytes', async () => {
    const word = fc.constantFrom(
      '++',
      'read',
      'spoll',
      'trg',
      'addr',
      'auto',
      'eos',
      ' ',
      '1',
      '96',
      '\n',
      '\r',
      '\u001b',
      '*IDN?',
    );
    const words = fc.array(fc.oneof(word, fc.string({ unit: 'binary-ascii', maxLength: 3 })), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(words, async (parts) => {
        client.write(Buffer.from(parts.join(''), 'latin1'));
        await pass(20_000);
        expect(log.lines).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });
});
