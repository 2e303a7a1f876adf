import { expect } from 'chai';
import { HislipConnection } from '../../../../simulators/servers/hislip/hislip-connection.js';
import { HislipSessions, type HislipSessionsOptions } from '../../../../simulators/servers/hislip/hislip-sessions.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';
import { HislipProbe, settled } from './hislip-probe.js';
import { IDENTITY, identify, ScriptedInstrument } from '../scripted-instrument.js';

const FIRST = 0xffffff00;
const BEFORE_FIRST = 0xfffffefe;
const RMT = 1;

describe('HislipSessions', () => {
  let clock: FakeClock;
  let log: MemoryLog;
  let instrument: ScriptedInstrument;
  let sessions: HislipSessions;
  let probes: HislipProbe[];

  const serve = (options: Partial<HislipSessionsOptions> = {}): void => {
    sessions = new HislipSessions({
      devices: { hislip0: instrument },
      mode: 'synchronized',
      maxSessions: 4,
      clock,
      ...options,
    });
  };
  const dial = (): HislipProbe => {
    const { probe, stream } = HislipProbe.pair();
    sessions.accept(new HislipConnection({ stream, clock, log, cut: () => void stream.destroy() }));
    probes.push(probe);
    return probe;
  };
  /** A client that is through with the initialisation of the spec. */
  const join = async (): Promise<{ readonly sync: HislipProbe; readonly async: HislipProbe }> => {
    const sync = dial();
    sync.hex('4853 00 00 01007878 0000000000000007 6869736c697030');
    const [answer] = await sync.news();
    const async = dial();
    async.say('asyncInitialize', { parameter: (answer?.parameter ?? 0) & 0xffff });
    await async.news();
    return { sync, async };
  };

  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryLog();
    instrument = new ScriptedInstrument();
    probes = [];
    serve();
  });
  afterEach(async () => {
    for (const probe of probes) probe.close();
    await settled();
    const pending = clock.pending;
    clock.uninstall();
    expect(pending).to.equal(0); // no timer is left behind by any of these
  });

  describe('initialisation', () => {
    it('answers with version 1.0, a session and its mode', async () => {
      const sync = dial();
      sync.hex('4853 00 00 01007878 0000000000000007 6869736c697030');
      expect(await sync.news()).to.deep.equal([
        { type: 'initializeResponse', control: 0, parameter: 0x01000001, text: '' },
      ]);
      const async = dial();
      async.hex('4853 11 00 00000001 0000000000000000');
      expect(await async.news()).to.deep.equal([
        { type: 'asyncInitializeResponse', control: 0, parameter: 0x7878, text: '' },
      ]);
    });

    it('offers 1.0 to a client of 2.0', async () => {
      const sync = dial();
      sync.say('initialize', { parameter: 0x02007878, text: 'hislip0' });
      expect((await sync.news())[0]?.parameter).to.equal(0x01000001);
    });

    it('takes a sub-address in any case, and none for hislip0', async () => {
      for (const text of ['HiSLIP0', '']) {
        const sync = dial();
        sync.say('initialize', { parameter: 0x01007878, text });
        expect((await sync.news())[0]?.type).to.equal('initializeResponse');
      }
    });

    it('tells the size of the largest message, 1 MiB', async () => {
      const { async } = await join();
      async.hex('4853 0f 00 00000000 0000000000000008 0000000000100000');
      expect(await async.news()).to.deep.equal([
        { type: 'asyncMaxMessageSizeResponse', control: 0, parameter: 0, text: '\0\0\0\0\0\x10\0\0' },
      ]);
    });

    it('refuses an instrument that is not there, and says which are', async () => {
      const sync = dial();
      sync.say('initialize', { parameter: 0x01007878, text: 'hislip7' });
      const text = 'no instrument at "hislip7"; there are: hislip0';
      expect(await sync.news()).to.deep.equal([{ type: 'fatalError', control: 3, parameter: 0, text }]);
      expect(sync.isClosed).to.equal(true);
    });

    it('refuses an asynchronous channel of no session, and a second one', async () => {
      const { async } = await join();
      expect(async.isClosed).to.equal(false);
      for (const [parameter, text] of [
        [99, 'session 99 is not open'],
        [1, 'session 1 has its asynchronous channel already'],
      ] as const) {
        const second = dial();
        second.say('asyncInitialize', { parameter });
        expect((await second.news())[0]).to.include({ type: 'fatalError', control: 3, text });
      }
    });

    it('refuses words before the asynchronous channel', async () => {
      const sync = dial();
      sync.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?\n' });
      expect((await sync.news())[1]).to.include({ type: 'fatalError', control: 2 });
    });

    it('refuses anything else in its place', async () => {
      const sync = dial();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?\n' });
      expect((await sync.news())[0]).to.include({ type: 'fatalError', control: 3 });
    });

    it('refuses a client too many, and takes one when another has gone', async () => {
      serve({ maxSessions: 1 });
      const { sync } = await join();
      const second = dial();
      second.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      expect((await second.news())[0]).to.include({ type: 'fatalError', control: 4 });
      sync.close();
      await settled();
      const third = dial();
      third.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      expect((await third.news())[0]?.type).to.equal('initializeResponse');
    });

    it('gives up on who does not go on for 10 s', async () => {
      const [silent, half] = [dial(), dial()];
      half.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      await settled();
      await clock.pass(10_000);
      expect([(await silent.news())[0]?.control, (await half.news())[1]?.control]).to.deep.equal([3, 3]);
    });

    it('leaves a client alone that is through with it', async () => {
      const { sync, async } = await join();
      await clock.pass(60_000);
      expect([...(await sync.news()), ...(await async.news())]).to.deep.equal([]);
    });

    it('lets nobody in while the instrument is switched off', async () => {
      instrument.isOn = false;
      const sync = dial();
      sync.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      await settled();
      expect(sync.isClosed).to.equal(true);
    });

    it('cuts off who is half in when the instrument is switched off', async () => {
      const sync = dial();
      sync.say('initialize', { parameter: 0x01007878, text: 'hislip0' });
      const [answer] = await sync.news();
      instrument.isOn = false;
      const async = dial();
      async.say('asyncInitialize', { parameter: (answer?.parameter ?? 0) & 0xffff });
      await settled();
      expect([sync.isClosed, async.isClosed, async.heard]).to.deep.equal([true, true, []]);
    });
  });

  describe('messages', () => {
    it('answers with the id of the message that asked', async () => {
      const { sync } = await join();
      sync.hex('4853 07 00 ffffff00 0000000000000007 2a49444e3f0d0a');
      expect(await sync.news()).to.deep.equal([
        { type: 'dataEnd', control: 0, parameter: FIRST, text: `${IDENTITY}\n` },
      ]);
    });

    it('joins Data messages until DataEND', async () => {
      const { sync } = await join();
      sync.say('data', { parameter: FIRST, text: '*ID' });
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'N?' });
      expect(await sync.news()).to.deep.equal([
        { type: 'dataEnd', control: 0, parameter: FIRST + 2, text: `${IDENTITY}\n` },
      ]);
    });

    it('cuts an answer to what the client takes', async () => {
      const { sync, async } = await join();
      async.say('asyncMaxMessageSize', { text: '\0\0\0\0\0\0\0\x20' });
      await async.news();
      sync.say('dataEnd', { parameter: FIRST, text: 'DATA? 40' });
      const heard = await sync.news();
      expect(heard.map(({ type, text }) => [type, text.length])).to.deep.equal([
        ['data', 16],
        ['data', 16],
        ['dataEnd', 9],
      ]);
    });

    it('answers a query after an answer that was read', async () => {
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
      await sync.news();
      sync.say('dataEnd', { control: RMT, parameter: FIRST + 2, text: '*IDN?' });
      expect((await sync.news()).map(({ type }) => type)).to.deep.equal(['dataEnd']);
      expect(await async.news()).to.deep.equal([]);
    });

    it('tells on both channels that a new message interrupts an unread answer', async () => {
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
      await sync.news();
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      expect(await sync.news()).to.deep.equal([
        { type: 'interrupted', control: 0, parameter: FIRST + 2, text: '' },
        { type: 'dataEnd', control: 0, parameter: FIRST + 2, text: '0\n' },
      ]);
      expect(await async.news()).to.deep.equal([
        { type: 'asyncInterrupted', control: 0, parameter: FIRST + 2, text: '' },
      ]);
    });

    it('drops the rest of an answer that is interrupted', async () => {
      const { sync } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: 'SLOW?' });
      await settled();
      instrument.session.say('half of it', false);
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      expect((await sync.news()).map(({ type, parameter, text }) => [type, parameter, text])).to.deep.equal([
        ['data', FIRST, 'half of it'],
        ['interrupted', FIRST + 2, ''],
        ['dataEnd', FIRST + 2, '0\n'],
      ]);
    });

    it('interrupts nobody in overlap mode, and counts the answers by itself', async () => {
      serve({ mode: 'overlap' });
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 5' });
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      sync.say('dataEnd', { parameter: FIRST + 4, text: '*IDN?' });
      expect((await sync.news()).map(({ parameter, text }) => [parameter, text])).to.deep.equal([
        [FIRST, '5\n'],
        [FIRST + 2, `${IDENTITY}\n`],
      ]);
      expect(await async.news()).to.deep.equal([]);
    });

    it('triggers', async () => {
      const { sync } = await join();
      sync.say('trigger', { parameter: FIRST });
      await settled();
      expect(instrument.session.triggers).to.equal(1);
    });

    it('skips a message over 1 MiB, says so, and goes on', async () => {
      const { sync } = await join();
      sync.hex('4853 07 00 ffffff00 0000000000200000');
      for (let piece = 0; piece < 32; piece += 1) sync.bytes(Buffer.alloc(65_536));
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      const [refusal, answer] = await sync.news();
      expect(refusal).to.include({ type: 'error', control: 4 });
      expect(answer).to.include({ type: 'dataEnd', text: '0\n' });
    });
  });

  describe('status', () => {
    it('gives the status byte past the messages', async () => {
      const { async } = await join();
      instrument.session.status = 0x44;
      async.say('asyncStatusQuery', { parameter: BEFORE_FIRST });
      expect(await async.news()).to.deep.equal([
        { type: 'asyncStatusResponse', control: 0x44, parameter: 0, text: '' },
      ]);
    });

    it('says that a message is available until it was read', async () => {
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
      await sync.news();
      async.say('asyncStatusQuery', { parameter: FIRST });
      async.say('asyncStatusQuery', { control: RMT, parameter: FIRST });
      async.say('asyncStatusQuery', { parameter: FIRST });
      expect((await async.news()).map(({ control }) => control)).to.deep.equal([0x10, 0, 0]);
    });

    it('counts no answer to a message that is not the last', async () => {
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
      await sync.news();
      async.say('asyncStatusQuery', { parameter: FIRST + 2 });
      expect((await async.news())[0]?.control).to.equal(0);
    });

    it('tells in overlap mode that more was sent than was read', async () => {
      serve({ mode: 'overlap' });
      const { sync, async } = await join();
      sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
      await sync.news();
      async.say('asyncStatusQuery', { parameter: BEFORE_FIRST });
      async.say('asyncStatusQuery', { parameter: FIRST });
      expect((await async.news()).map(({ control }) => control)).to.deep.equal([0x10, 0]);
    });

    it('passes on that the instrument asks for service', async () => {
      const { async } = await join();
      instrument.session.serviceRequests.next(0x60);
      expect(await async.news()).to.deep.equal([
        { type: 'asyncServiceRequest', control: 0x60, parameter: 0, text: '' },
      ]);
    });
  });

  describe('device clear', () => {
    it('drops what is unread and unfinished, and begins to count again', async () => {
      const { sync, async } = await join();
      sync.say('data', { parameter: FIRST, text: 'VOLT' });
      async.say('asyncDeviceClear');
      expect(await async.news()).to.deep.equal([
        { type: 'asyncDeviceClearAcknowledge', control: 0, parameter: 0, text: '' },
      ]);
      sync.say('dataEnd', { parameter: FIRST + 2, text: ' 7\n' });
      instrument.session.say('late\n');
      sync.say('deviceClearComplete');
      expect(await sync.news()).to.deep.equal([{ type: 'deviceClearAcknowledge', control: 0, parameter: 0, text: '' }]);
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT?' });
      expect(await sync.news()).to.deep.equal([{ type: 'dataEnd', control: 0, parameter: FIRST, text: '0\n' }]);
      expect(instrument.session.clears).to.equal(1);
    });

    it('changes the mode as the client asks', async () => {
      const { sync, async } = await join();
      async.say('asyncDeviceClear');
      await async.news();
      sync.say('deviceClearComplete', { control: 1 });
      expect((await sync.news())[0]).to.include({ type: 'deviceClearAcknowledge', control: 1 });
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 5' });
      sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      expect((await sync.news())[0]?.parameter).to.equal(FIRST);
    });

    it('goes on after a client that did not read', async () => {
      const { sync, async } = await join();
      sync.pause();
      sync.say('dataEnd', { parameter: FIRST, text: 'DATA? 900000' });
      await settled();
      async.say('asyncDeviceClear');
      await async.news();
      sync.say('deviceClearComplete');
      sync.resume();
      expect((await sync.news()).at(-1)?.type).to.equal('deviceClearAcknowledge');
    });

    it('refuses the end of a clear that never began', async () => {
      const { sync } = await join();
      sync.say('deviceClearComplete');
      expect((await sync.news())[0]).to.include({ type: 'error', control: 0 });
    });
  });

  describe('locks', () => {
    it('keeps others waiting, and lets them go on when it is released', async () => {
      const [first, second] = [await join(), await join()];
      first.async.say('asyncLock', { control: 1, parameter: 0 });
      expect((await first.async.news())[0]).to.include({ type: 'asyncLockResponse', control: 1 });
      second.sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 3' });
      second.sync.say('dataEnd', { parameter: FIRST + 2, text: 'VOLT?' });
      expect(await second.sync.news()).to.deep.equal([]);
      first.async.say('asyncLock', { control: 0, parameter: BEFORE_FIRST });
      expect((await first.async.news())[0]).to.include({ type: 'asyncLockResponse', control: 1 });
      expect((await second.sync.news())[0]?.text).to.equal('3\n');
    });

    it('gives the status of a locked instrument to everyone', async () => {
      const [first, second] = [await join(), await join()];
      first.async.say('asyncLock', { control: 1, parameter: 0 });
      await settled();
      second.async.say('asyncStatusQuery', { parameter: BEFORE_FIRST });
      expect((await second.async.news())[0]?.type).to.equal('asyncStatusResponse');
    });

    it('clears a client that waits for a lock', async () => {
      const [first, second] = [await join(), await join()];
      first.async.say('asyncLock', { control: 1, parameter: 0 });
      await settled();
      second.sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 3' });
      await settled();
      second.async.say('asyncDeviceClear');
      await settled();
      second.sync.say('deviceClearComplete');
      expect((await second.sync.news())[0]?.type).to.equal('deviceClearAcknowledge');
    });

    it('is released behind the message that its owner named', async () => {
      const { sync, async } = await join();
      async.say('asyncLock', { control: 1, parameter: 0 });
      await async.news();
      async.say('asyncLock', { control: 0, parameter: FIRST });
      expect(await async.news()).to.deep.equal([]);
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 3' });
      expect((await async.news())[0]).to.include({ type: 'asyncLockResponse', control: 1 });
    });

    it('is released by a device clear when it waits for a message that the clear throws away', async () => {
      const { sync, async } = await join();
      async.say('asyncLock', { control: 1, parameter: 0 });
      await async.news();
      async.say('asyncLock', { control: 0, parameter: FIRST });
      async.say('asyncDeviceClear');
      expect((await async.news()).map(({ type, control }) => [type, control])).to.deep.equal([
        ['asyncLockResponse', 1],
        ['asyncDeviceClearAcknowledge', 0],
      ]);
      sync.say('deviceClearComplete');
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 3' });
      expect(await async.news()).to.deep.equal([]);
    });

    it('is refused a second release while the first waits for its message', async () => {
      const { sync, async } = await join();
      async.say('asyncLock', { control: 1, parameter: 0 });
      async.say('asyncLock', { control: 0, parameter: FIRST });
      await async.news();
      async.say('asyncLock', { control: 0, parameter: FIRST });
      expect((await async.news())[0]).to.include({ type: 'asyncLockResponse', control: 3 });
      sync.say('dataEnd', { parameter: FIRST, text: 'VOLT 3' });
      expect((await async.news())[0]).to.include({ type: 'asyncLockResponse', control: 1 });
    });

    it('is released with its owner', async () => {
      const [first, second] = [await join(), await join()];
      first.async.say('asyncLock', { control: 1, parameter: 0 });
      await settled();
      second.async.say('asyncLock', { control: 1, parameter: 5_000 });
      await settled();
      first.async.close();
      expect((await second.async.news())[0]).to.include({ type: 'asyncLockResponse', control: 1 });
    });

    it('tells who holds it', async () => {
      const [first, second] = [await join(), await join()];
      first.async.say('asyncLock', { control: 1, text: 'key' });
      second.async.say('asyncLock', { control: 1, text: 'key' });
      await settled();
      first.async.heard.length = 0;
      first.async.say('asyncLockInfo');
      expect(await first.async.news()).to.deep.equal([
        { type: 'asyncLockInfoResponse', control: 0, parameter: 2, text: '' },
      ]);
    });
  });

  describe('what is not understood', () => {
    const refusals = [
      { name: 'a message of HiSLIP 2.0', hex: '4853 1c 00 00000000 0000000000000000', code: 1 },
      { name: 'a type that nobody has', hex: '4853 63 00 00000000 0000000000000000', code: 1 },
      { name: 'a message of the other channel', hex: '4853 07 00 ffffff00 0000000000000000', code: 1 },
      { name: 'a vendor message', hex: '4853 c8 00 00000000 0000000000000000', code: 3 },
      { name: 'a control code that nobody has', hex: '4853 0a 09 00000000 0000000000000000', code: 2 },
      { name: 'a request for a lock that is none', hex: '4853 04 07 00000000 0000000000000000', code: 2 },
    ];
    for (const { name, hex, code } of refusals) {
      it(`answers ${name} with error ${code}, and goes on`, async () => {
        const { async } = await join();
        async.hex(hex);
        async.say('asyncRemoteLocalControl', { control: 1 });
        expect((await async.news()).map(({ type, control }) => [type, control])).to.deep.equal([
          ['error', code],
          ['asyncRemoteLocalResponse', 0],
        ]);
      });
    }

    it('ends with FatalError 1 for a bad header, on both channels', async () => {
      const { sync, async } = await join();
      sync.bytes('*IDN?\n');
      expect((await sync.news())[0]).to.include({ type: 'fatalError', control: 1 });
      await settled();
      expect([sync.isClosed, async.isClosed, instrument.session.isClosed]).to.deep.equal([true, true, true]);
    });

    it('ends the session with either channel', async () => {
      for (const channel of ['sync', 'async'] as const) {
        const client = await join();
        client[channel].end();
        await settled();
        expect([client.sync.isClosed, client.async.isClosed]).to.deep.equal([true, true]);
        expect(instrument.session.isClosed).to.equal(true);
      }
    });

    it('cuts both connections when the instrument is cut off', async () => {
      const { sync, async } = await join();
      instrument.session.cuts.next();
      await settled();
      expect([sync.isClosed, async.isClosed]).to.deep.equal([true, true]);
    });

    it('cuts off a client that asks and never reads', async () => {
      const { sync } = await join();
      sync.pause();
      sync.say('dataEnd', { parameter: FIRST, text: 'DATA? 900000' });
      await settled();
      await clock.pass(10_000);
      expect(log.messages).to.include('warn: client cut off: it does not read what it is sent');
      await settled();
      expect(instrument.session.isClosed).to.equal(true);
    });
  });

  it('serves other clients whatever one of them does', async () => {
    instrument = new ScriptedInstrument((line, session) => identify(line, session));
    serve();
    const [bad, good] = [await join(), await join()];
    bad.async.bytes(Buffer.alloc(100_000, 0x48));
    good.sync.say('dataEnd', { parameter: FIRST, text: '*IDN?' });
    expect((await good.sync.news())[0]?.text).to.equal(`${IDENTITY}\n`);
  });
});
