import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { HardwareError } from '../../../../core/errors.js';
import type { LinkSettings } from '../../../../core/link.js';
import type { Call } from '../../../../core/parameter.js';
import { openHislip } from '../../../../managers/links/hislip/hislip.road.js';
import type { HislipSession } from '../../../../managers/links/hislip/hislip-session.js';
import { HislipConnection } from '../../../../simulators/servers/hislip/hislip-connection.js';
import { HislipSessions, type HislipSessionsOptions } from '../../../../simulators/servers/hislip/hislip-sessions.js';
import { HislipProbe, settled } from '../../../simulators/servers/hislip/hislip-probe.js';
import { IDENTITY, identify, ScriptedInstrument } from '../../../simulators/servers/scripted-instrument.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';

const FIRST = 0xffffff00;
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('the HiSLIP road', () => {
  let clock: FakeClock;
  let abort: AbortController;
  const open: { close: () => unknown }[] = [];
  beforeEach(() => {
    clock = new FakeClock();
    abort = new AbortController();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((opened) => opened.close()));
    await settled();
    const { pending } = clock;
    clock.uninstall();
    expect(pending).to.equal(0);
  });

  const call = (ms = 1_000): Call => ({ signal: abort.signal, deadline: clock.monotonic() + ms });
  const openTo = async (connect: () => Duplex, settings: LinkSettings = {}): Promise<HislipSession> => {
    const address = { name: 'psu1:4880 hislip0', bus: 'bus', subAddress: 'hislip0', settings };
    const session = await openHislip(address, () => Promise.resolve(connect()), { clock }, call());
    open.push(session);
    return session;
  };
  const failure = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (thrown) {
      if (thrown instanceof HardwareError) return `${thrown.code}: ${thrown.message}`;
      throw thrown;
    }
    return 'none';
  };

  describe('to our own server', () => {
    const instrument = (): ScriptedInstrument => new ScriptedInstrument(identify);
    let played: ScriptedInstrument;
    beforeEach(() => {
      played = instrument();
    });
    const road = (
      options: Partial<HislipSessionsOptions> = {},
      settings: LinkSettings = {},
    ): Promise<HislipSession> => {
      const devices = { hislip0: played };
      const sessions = new HislipSessions({ devices, mode: 'synchronized', maxSessions: 4, clock, ...options });
      return openTo(() => {
        const { stream, client } = HislipProbe.wire();
        const cut = (): void => void stream.destroy();
        sessions.accept(new HislipConnection({ stream, clock, log: new MemoryLog(), cut }));
        return client;
      }, settings);
    };
    const ask = async (session: HislipSession, text: string): Promise<string> => {
      await session.send(Buffer.from(text), call());
      return latin1(await session.receive(call()));
    };

    it('asks and answers', async () => {
      const session = await road();
      expect(await ask(session, '*IDN?')).to.equal(IDENTITY);
      expect(await ask(session, 'VOLT?')).to.equal('0');
    });

    it('puts the line end behind a message that it is told to', async () => {
      const session = await road({}, { writeTermination: '\r\n' });
      await session.send(Buffer.from('VOLT 5'), call());
      expect(await ask(session, 'VOLT?')).to.equal('5');
    });

    it('carries a large message and a large answer', async () => {
      const session = await road();
      await session.send(Buffer.from(`VOLT ${'9'.repeat(1_500_000)}`), call());
      expect(await ask(session, 'VOLT?')).to.have.lengthOf(1_500_000);
    });

    it('interrupts nothing when every answer is read', async () => {
      const session = await road();
      for (let round = 0; round < 5; round += 1) expect(await ask(session, 'VOLT?')).to.equal('0');
      expect(played.session.clears).to.equal(0);
    });

    it('asks a server of overlap mode for synchronized mode', async () => {
      const session = await road({ mode: 'overlap' });
      expect([session.mode, played.session.clears]).to.deep.equal(['synchronized', 1]);
      expect(await ask(session, '*IDN?')).to.equal(IDENTITY);
    });

    it('clears what was given up: its answer goes to nobody', async () => {
      const session = await road();
      await session.send(Buffer.from('SLOW?'), call());
      const waiting = failure(session.receive(call(1_000)));
      await clock.pass(1_000);
      expect(await waiting).to.equal('TIMEOUT: psu1:4880 hislip0 did not answer in time');
      expect(await session.clear(call())).to.equal('clear');
      played.session.say('late\n');
      await settled();
      expect(await ask(session, '*IDN?')).to.equal(IDENTITY);
    });

    it('gives an answer that was given up to who fetches it later', async () => {
      const session = await road();
      await session.send(Buffer.from('SLOW?'), call());
      const waiting = failure(session.receive(call(1_000)));
      await clock.pass(1_000);
      await waiting;
      played.session.say('half ', false);
      await settled();
      expect(session.pendingBytes).to.equal(5);
      played.session.say('and half\n');
      expect(latin1(await session.receive(call()))).to.equal('half and half');
    });

    it('reads the status byte, with the bit of a message that waits', async () => {
      const session = await road();
      played.session.status = 0x44;
      expect(await session.statusByte(call())).to.equal(0x44);
      await session.send(Buffer.from('*IDN?'), call());
      await settled();
      expect(await session.statusByte(call())).to.equal(0x54);
      await session.receive(call());
      expect(await session.statusByte(call())).to.equal(0x44);
    });

    it('triggers, tells requests for service, and switches remote', async () => {
      const session = await road();
      let requests = 0;
      session.serviceRequests.subscribe(() => (requests += 1));
      await session.trigger(call());
      played.session.serviceRequests.next(0x40);
      await session.remoteLocal('enableAndGoToRemote', call());
      await settled();
      expect([played.session.triggers, requests]).to.deep.equal([1, 1]);
    });

    it('is lost when the instrument is cut off, and says so once', async () => {
      const session = await road();
      const losses: string[] = [];
      session.lost.subscribe(({ message }) => losses.push(message));
      const waiting = failure(session.send(Buffer.from('SLOW?'), call()).then(() => session.receive(call())));
      await settled();
      played.session.cuts.next();
      expect(await waiting).to.match(/^DISCONNECTED: the connection to psu1:4880 hislip0, .* is lost/);
      expect(losses).to.have.lengthOf(1);
      expect(await failure(session.send(Buffer.from('VOLT 1'), call()))).to.match(/^DISCONNECTED/);
    });

    it('ends at once when its caller gives up', async () => {
      const session = await road();
      await session.send(Buffer.from('SLOW?'), call());
      const waiting = failure(session.receive(call()));
      abort.abort(new HardwareError('ABORTED', 'the operator said stop'));
      expect(await waiting).to.equal('ABORTED: the operator said stop');
    });

    it('passes on why it is refused', async () => {
      expect(await failure(road({ devices: { hislip3: played } }))).to.equal(
        'DISCONNECTED: psu1:4880 hislip0, synchronous channel refuses: bad initialisation (FatalError 3): ' +
          '"no instrument at "hislip0"; there are: hislip3"',
      );
    });
  });

  describe('to an instrument of the specification', () => {
    let sync: HislipProbe;
    let async: HislipProbe;
    /** Plays the vectors of the spec: session 13, vendor KT, and messages of the size given. */
    const road = async ({ control = '00', size = '0000000000100000' } = {}): Promise<HislipSession> => {
      const probes: HislipProbe[] = [];
      const opening = openTo(() => {
        const { probe, stream } = HislipProbe.pair();
        probes.push(probe);
        return stream;
      });
      await settled();
      const [first] = probes;
      if (first === undefined) throw new Error('no connection was opened');
      sync = first;
      sync.hex(`4853 01 ${control} 0100000d 0000000000000000`);
      await settled();
      const [, second] = probes;
      if (second === undefined) throw new Error('no second connection was opened');
      async = second;
      async.hex('4853 12 00 00004b54 0000000000000000');
      async.hex(`4853 10 00 00000000 0000000000000008 ${size}`);
      await settled();
      if (control !== '00') {
        async.say('asyncDeviceClearAcknowledge', { control: 1 });
        await settled();
        sync.say('deviceClearAcknowledge', { control: 1 }); // insists on overlap mode
      }
      const session = await opening;
      open.push({ close: () => probes.forEach((probe) => probe.close()) });
      return session;
    };
    const send = (session: HislipSession, text: string): Promise<void> => session.send(Buffer.from(text), call());

    it('initialises as the specification shows it', async () => {
      await road();
      expect(sync.heard).to.deep.equal([{ type: 'initialize', control: 0, parameter: 0x01007878, text: 'hislip0' }]);
      expect(async.heard).to.deep.equal([
        { type: 'asyncInitialize', control: 0, parameter: 13, text: '' },
        { type: 'asyncMaxMessageSize', control: 0, parameter: 0, text: '\0\0\0\0\0\x10\0\0' },
      ]);
    });

    it('counts its messages, and says once that an answer was read', async () => {
      const session = await road();
      sync.heard.length = 0;
      await send(session, '*CLS');
      await send(session, '*IDN?');
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'me\n' });
      expect(latin1(await session.receive(call()))).to.equal('me');
      await session.trigger(call());
      await send(session, '*CLS');
      expect((await sync.news()).map(({ type, control, parameter }) => [type, control, parameter])).to.deep.equal([
        ['dataEnd', 0, FIRST],
        ['dataEnd', 0, FIRST + 2],
        ['trigger', 1, FIRST + 4],
        ['dataEnd', 0, FIRST + 6],
      ]);
    });

    it('cuts a message to what the instrument takes, header included', async () => {
      const session = await road({ size: '0000000000000014' });
      sync.heard.length = 0;
      await send(session, 'VOLT 5.25');
      expect((await sync.news()).map(({ type, parameter, text }) => [type, parameter, text])).to.deep.equal([
        ['data', FIRST, 'VOLT'],
        ['data', FIRST + 2, ' 5.2'],
        ['dataEnd', FIRST + 4, '5'],
      ]);
    });

    it('takes an answer of any part of its message, and of no other', async () => {
      const session = await road({ size: '0000000000000014' });
      await send(session, 'MEAS:VOLT?');
      sync.say('dataEnd', { parameter: FIRST - 2, text: 'old\n' });
      sync.say('dataEnd', { parameter: FIRST + 6, text: 'of the future\n' });
      sync.say('dataEnd', { parameter: FIRST, text: '5.0\n' });
      expect(latin1(await session.receive(call()))).to.equal('5.0');
    });

    it('throws away the second of two answers to one message', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      sync.say('dataEnd', { parameter: FIRST, text: '5\n' });
      sync.say('dataEnd', { parameter: FIRST, text: '5\n' });
      await session.receive(call());
      await settled();
      expect([session.pendingBytes, session.drop()]).to.deep.equal([0, 'nothing']);
    });

    it('joins Data of an unspecified id with the DataEND that names it', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      sync.say('data', { parameter: 0xffffffff, text: '5.' });
      sync.say('dataEnd', { parameter: FIRST, text: '25\n' });
      expect(latin1(await session.receive(call()))).to.equal('5.25');
    });

    it('throws away Data of an unspecified id whose DataEND belongs to another message', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      sync.say('data', { parameter: 0xffffffff, text: 'stale ' });
      sync.say('dataEnd', { parameter: FIRST - 2, text: 'answer\n' });
      sync.say('dataEnd', { parameter: FIRST, text: '5\n' });
      expect(latin1(await session.receive(call()))).to.equal('5');
    });

    it('throws away what came before Interrupted', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      async.say('asyncInterrupted', { parameter: FIRST });
      sync.say('data', { parameter: 0xffffffff, text: 'stale' });
      sync.say('interrupted', { parameter: FIRST });
      sync.say('dataEnd', { parameter: FIRST, text: '5\n' });
      expect(latin1(await session.receive(call()))).to.equal('5');
    });

    it('works in overlap mode with a server that insists on it, and takes answers in order', async () => {
      const session = await road({ control: '01' });
      expect(session.mode).to.equal('overlap');
      await send(session, 'VOLT?;CURR?');
      sync.say('dataEnd', { parameter: FIRST + 40, text: '5\n' });
      sync.say('dataEnd', { parameter: FIRST + 42, text: '1\n' });
      expect(latin1(await session.receive(call()))).to.equal('5');
      expect(latin1(await session.receive(call()))).to.equal('1');
      void session.statusByte(call()).catch(() => undefined);
      await settled();
      expect(async.last).to.include({ type: 'asyncStatusQuery', control: 1, parameter: FIRST + 42 });
      async.say('asyncStatusResponse');
    });

    it('queries the status before its first message with the id before the first', async () => {
      const session = await road();
      const status = session.statusByte(call());
      await settled();
      expect(async.last).to.include({ type: 'asyncStatusQuery', control: 0, parameter: 0xfffffefe });
      async.say('asyncStatusResponse', { control: 0x50 });
      expect(await status).to.equal(0x50);
    });

    it('gives a status that came late to nobody else', async () => {
      const session = await road();
      const given = failure(session.statusByte(call(100)));
      await clock.pass(100);
      expect(await given).to.equal('TIMEOUT: psu1:4880 hislip0 did not send asyncStatusResponse in time');
      const status = session.statusByte(call());
      async.say('asyncStatusResponse', { control: 1 });
      async.say('asyncStatusResponse', { control: 2 });
      expect(await status).to.equal(2);
    });

    it('clears in four steps, ignores what comes between them, and begins to count again', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      const clearing = session.clear(call());
      await settled();
      expect(async.last?.type).to.equal('asyncDeviceClear');
      sync.say('dataEnd', { parameter: FIRST, text: 'stale\n' });
      async.say('asyncDeviceClearAcknowledge');
      await settled();
      expect(sync.last).to.include({ type: 'deviceClearComplete', control: 0 });
      sync.say('data', { parameter: FIRST, text: 'stale too' });
      sync.say('deviceClearAcknowledge');
      expect(await clearing).to.equal('clear');
      expect(session.pendingBytes).to.equal(0);
      await send(session, '*IDN?');
      await settled();
      expect(sync.last).to.include({ type: 'dataEnd', control: 0, parameter: FIRST });
    });

    it('says what a device clear that is not answered was waiting for', async () => {
      const session = await road();
      const clearing = failure(session.clear(call()));
      await settled();
      async.say('asyncDeviceClearAcknowledge');
      await settled();
      await clock.pass(1_000);
      expect(await clearing).to.equal('TIMEOUT: psu1:4880 hislip0 did not acknowledge the device clear in time');
    });

    it('passes on an Error in words, and goes on', async () => {
      const session = await road();
      await send(session, 'VOLT?');
      sync.say('error', { control: 4, text: 'no more than 64 bytes' });
      expect(await failure(session.receive(call()))).to.equal(
        'DEVICE_FAULT: psu1:4880 hislip0 answers: message too large (Error 4): "no more than 64 bytes"',
      );
      const status = failure(session.statusByte(call()));
      await settled();
      async.say('error', { control: 1 });
      expect(await status).to.equal('DEVICE_FAULT: psu1:4880 hislip0 answers: unknown message type (Error 1)');
      await send(session, 'VOLT?');
      sync.say('dataEnd', { parameter: FIRST + 2, text: '5\n' });
      expect(latin1(await session.receive(call()))).to.equal('5');
    });

    it('is lost by a FatalError, in its words', async () => {
      const session = await road();
      const losses: string[] = [];
      session.lost.subscribe(({ message }) => losses.push(message));
      async.say('fatalError', { control: 4, text: 'full' });
      await settled();
      expect(losses).to.deep.equal(['psu1:4880 hislip0 ends the session: too many clients (FatalError 4): "full"']);
    });

    it('is lost by bytes that are no HiSLIP, and says so to the instrument', async () => {
      const session = await road();
      const losses: string[] = [];
      session.lost.subscribe(({ message }) => losses.push(message));
      sync.bytes('SCPI> ');
      await settled();
      expect(losses[0]).to.include('does not keep to HiSLIP: a HiSLIP header begins with 4853 ("HS"), not with 5343');
      expect(sync.last).to.include({ type: 'fatalError', control: 1 });
    });

    it('refuses an answer that is larger than anything it could hold', async () => {
      const session = await road();
      await send(session, 'DATA?');
      const piece = 'x'.repeat(1 << 20);
      for (let count = 0; count < 17; count += 1) sync.say('data', { parameter: FIRST, text: piece });
      await settled();
      expect(await failure(session.receive(call()))).to.equal(
        'TOO_LARGE: psu1:4880 hislip0 answers with more than 16777216 bytes',
      );
      expect(session.pendingBytes).to.equal(0);
    });

    it('leaves data that look like a line end in a block', async () => {
      const session = await road();
      await send(session, 'DATA?');
      sync.say('dataEnd', { parameter: FIRST, text: '#13a\r\n' });
      expect(latin1(await session.receive(call()))).to.equal('#13a\r\n');
    });
  });

  it('says what answered in place of a HiSLIP server', async () => {
    const { probe, stream } = HislipProbe.pair();
    const opening = failure(openTo(() => stream));
    probe.bytes('SSH-2.0-OpenSSH_9.2\r\n');
    expect(await opening).to.include('does not keep to HiSLIP');
    probe.close();
  });

  it('gives up on a port that says nothing, and leaves it', async () => {
    const { probe, stream } = HislipProbe.pair();
    const opening = failure(openTo(() => stream));
    await settled();
    await clock.pass(1_000);
    expect(await opening).to.equal(
      'TIMEOUT: psu1:4880 hislip0, synchronous channel did not answer with initializeResponse in time: is it a HiSLIP port?',
    );
    expect(stream.destroyed).to.equal(true);
    probe.close();
  });
});
