import { expect } from 'chai';
import { vxi11 } from '../../../../core/wire/vxi11.js';
import { vxi11Flags } from '../../../../core/wire/vxi11-words.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { IDENTITY, ScriptedInstrument } from '../scripted-instrument.js';
import { abortOver, Vxi11TestClient } from './vxi11-client.js';
import { ABORT_PORT, settled, Vxi11InMemory } from './vxi11-in-memory.js';

const END = 4;
const MET = 2;
const REACHED = 1;

describe('a VXI-11 server', () => {
  let clock: FakeClock;
  let supply: ScriptedInstrument;
  let meter: ScriptedInstrument;
  let server: Vxi11InMemory;
  let client: Vxi11TestClient;
  let lid: number;
  beforeEach(async () => {
    clock = new FakeClock();
    supply = new ScriptedInstrument();
    meter = new ScriptedInstrument((line) => (line === '*IDN?' ? 'meter' : undefined));
    server = new Vxi11InMemory({ inst0: supply, 'gpib0,22': meter }, clock);
    client = connect();
    lid = await client.lid();
  });
  afterEach(async () => {
    server.close();
    await settled();
    const { pending } = clock;
    clock.uninstall();
    expect(pending).to.equal(0);
  });
  const connect = (): Vxi11TestClient => new Vxi11TestClient(server.connect(), clock);
  const pass = async (ms: number): Promise<void> => {
    await clock.pass(ms);
    await settled();
  };

  describe('messages', () => {
    it('answers a question, ended by END', async () => {
      expect(await client.write(lid, '*IDN?\r\n')).to.deep.equal({ error: 0, size: 7 });
      expect(await client.read(lid)).to.deep.equal({ error: 0, reason: END, text: `${IDENTITY}\n` });
    });

    it('joins writes until END', async () => {
      await client.write(lid, '*ID', 0);
      await client.write(lid, 'N?');
      expect(supply.session.lines).to.deep.equal(['*IDN?']);
    });

    it('takes LF without END for an end, too', async () => {
      await client.write(lid, '*IDN?\n', 0);
      expect((await client.read(lid)).text).to.equal(`${IDENTITY}\n`);
    });

    it('gives no more than is asked for, and keeps the rest', async () => {
      await client.write(lid, '*IDN?');
      expect(await client.read(lid, { requestBytes: 8 })).to.deep.equal({
        error: 0,
        reason: REACHED,
        text: 'Keysight',
      });
      expect(await client.read(lid, { requestBytes: 50 })).to.have.property('reason', REACHED | END);
    });

    it('gives nothing when nothing is asked for', async () => {
      await client.write(lid, '*IDN?');
      expect(await client.read(lid, { requestBytes: 0 })).to.deep.equal({ error: 0, reason: REACHED, text: '' });
    });

    it('ends a read at the termination character', async () => {
      await client.write(lid, '*IDN?');
      const comma = { flags: vxi11Flags.terminatorSet, terminator: 0x2c };
      expect(await client.read(lid, comma)).to.deep.equal({ error: 0, reason: MET, text: 'Keysight Technologies,' });
      expect(await client.read(lid, comma)).to.deep.equal({ error: 0, reason: MET, text: 'E36313A,' });
      expect(await client.read(lid, { ...comma, requestBytes: 3 })).to.deep.equal({
        error: 0,
        reason: REACHED,
        text: 'MY6',
      });
      const newline = { flags: vxi11Flags.terminatorSet, terminator: 10 };
      expect(await client.read(lid, newline)).to.have.property('reason', MET | END);
    });

    it('does not look for a termination character that was not set', async () => {
      await client.write(lid, '*IDN?');
      expect(await client.read(lid, { terminator: 0x2c })).to.have.property('reason', END);
    });

    it('refuses data beyond what it has offered', async () => {
      expect(await client.write(lid, 'x'.repeat(65_537))).to.deep.equal({ error: 5, size: 0 });
      expect(await client.write(lid, 'x'.repeat(65_536))).to.deep.equal({ error: 0, size: 65_536 });
    });

    it('gives at most 1 MiB at a time', async () => {
      await client.write(lid, 'DATA? 1500000');
      const first = await client.read(lid, { requestBytes: 0xffff_ffff });
      expect([first.reason, first.text.length]).to.deep.equal([REACHED, 2 ** 20]);
      expect(await client.read(lid, { requestBytes: 0xffff_ffff })).to.have.property('reason', END);
    });
  });

  describe('an answer that does not come', () => {
    it('is error 15 after the time for it, and the next works', async () => {
      const read = client.read(lid, { ioTimeoutMs: 500 });
      await pass(500);
      expect(await read).to.deep.equal({ error: 15, reason: 0, text: '' });
      await client.write(lid, '*IDN?');
      expect((await client.read(lid)).text).to.equal(`${IDENTITY}\n`);
    });

    it('that comes late is awaited', async () => {
      const read = client.read(lid, { ioTimeoutMs: 500 });
      await pass(499);
      supply.session.say('5\n');
      await pass(0);
      expect((await read).text).to.equal('5\n');
    });

    it('that comes in part goes along with the error', async () => {
      supply.session.say('Keys', false);
      const read = client.read(lid, { ioTimeoutMs: 500 });
      await pass(500);
      expect(await read).to.deep.equal({ error: 15, reason: 0, text: 'Keys' });
    });

    it('that comes in parts is one answer', async () => {
      supply.session.say('Keys', false);
      const read = client.read(lid);
      await pass(100);
      supply.session.say('ight\n');
      expect(await read).to.deep.equal({ error: 0, reason: END, text: 'Keysight\n' });
    });

    it('is not waited for with a time of 0', async () => {
      const read = client.read(lid, { ioTimeoutMs: 0 });
      await pass(0);
      expect((await read).error).to.equal(15);
    });

    it('is given up with its connection', async () => {
      const read = client.read(lid).catch(() => 'gone');
      await client.rpc.close();
      await settled();
      expect(await read).to.equal('gone');
      expect(supply.session.isClosed).to.equal(true);
    });
  });

  describe('abort', () => {
    it('ends a read with error 23, and keeps what had come', async () => {
      supply.session.say('4', false);
      const read = client.read(lid);
      await settled();
      expect(await abortOver(server.connect(ABORT_PORT), clock, lid)).to.equal(0);
      expect(await read).to.deep.equal({ error: 23, reason: 0, text: '' });
      supply.session.say('2\n');
      expect((await client.read(lid)).text).to.equal('42\n');
    });

    it('ends waiting for a lock', async () => {
      const other = connect();
      const otherLid = await other.lid();
      await client.lock(lid);
      const waiting = other.write(otherLid, '*IDN?', vxi11Flags.end | vxi11Flags.waitLock, 10_000);
      await settled();
      await abortOver(server.connect(ABORT_PORT), clock, otherLid);
      expect((await waiting).error).to.equal(23);
    });

    it('does nothing to a link that waits for nothing', async () => {
      expect(await abortOver(server.connect(ABORT_PORT), clock, lid)).to.equal(0);
      await client.write(lid, '*IDN?');
      expect((await client.read(lid)).error).to.equal(0);
    });

    it('knows no other links', async () => {
      expect(await abortOver(server.connect(ABORT_PORT), clock, 99)).to.equal(4);
    });
  });

  describe('links', () => {
    it('lead to each device by its name, in any case', async () => {
      const toMeter = await client.lid('GPIB0,22');
      await client.write(toMeter, '*IDN?');
      expect((await client.read(toMeter)).text).to.equal('meter\n');
    });

    it('lead nowhere under another name, or to what is switched off', async () => {
      expect(await client.link('inst7')).to.deep.equal({ error: 3, lid: 0, abortPort: 0, maxReceiveBytes: 0 });
      meter.isOn = false;
      expect(await client.link('gpib0,22')).to.have.property('error', 3);
    });

    it('have an output queue each', async () => {
      const second = await client.lid();
      await client.write(second, '*IDN?');
      const first = client.read(lid, { ioTimeoutMs: 10 });
      await pass(10);
      expect((await first).error).to.equal(15);
      expect((await client.read(second)).text).to.equal(`${IDENTITY}\n`);
    });

    it('belong to their connection', async () => {
      expect(await connect().write(lid, '*IDN?')).to.have.property('error', 4);
    });

    it('end when asked, and are unknown then', async () => {
      expect(await client.call(vxi11.destroyLink, { lid })).to.deep.equal({ error: 0 });
      expect(await client.call(vxi11.destroyLink, { lid })).to.deep.equal({ error: 4 });
      expect(supply.session.isClosed).to.equal(true);
    });

    it('that are unknown are error 4 in every procedure', async () => {
      const errors = [
        (await client.write(9, '')).error,
        (await client.read(9)).error,
        ...(await Promise.all(
          (['readStatusByte', 'trigger', 'clear', 'remote', 'local'] as const).map((name) => client.error(name, 9)),
        )),
        await client.lock(9),
        await client.unlock(9),
        (await client.call(vxi11.enableSrq, { lid: 9, enable: true, handle: new Uint8Array(0) })).error,
        (await client.call(vxi11.doCommand, command(9))).error,
      ];
      expect(new Set(errors)).to.deep.equal(new Set([4]));
    });

    it('are bounded in number', async () => {
      const errors = new Set<number>();
      for (let count = 0; count < 300; count += 1)
        errors.add((await client.rpc.call(vxi11.createLink, wish, 1e9)).error);
      expect(errors).to.deep.equal(new Set([0, 9]));
    });
  });

  describe('a lock', () => {
    let other: Vxi11TestClient;
    let otherLid: number;
    beforeEach(async () => {
      other = connect();
      otherLid = await other.lid();
      await client.lock(lid);
    });

    it('keeps every other link out', async () => {
      const errors = [
        (await other.write(otherLid, 'VOLT 1')).error,
        (await other.read(otherLid)).error,
        ...(await Promise.all(
          (['readStatusByte', 'trigger', 'clear', 'remote', 'local'] as const).map((name) =>
            other.error(name, otherLid),
          ),
        )),
        await other.lock(otherLid),
        (await other.link('inst0', true)).error,
      ];
      expect(new Set(errors)).to.deep.equal(new Set([11]));
      expect(supply.sessions[1]?.lines).to.deep.equal([]);
    });

    it('does not keep its own link out, nor others from other devices', async () => {
      expect((await client.write(lid, 'VOLT 1')).error).to.equal(0);
      expect(await client.lock(lid)).to.equal(0);
      expect((await other.write(await other.lid('gpib0,22'), '*IDN?')).error).to.equal(0);
    });

    it('is free after unlock, which only its holder can', async () => {
      expect(await other.unlock(otherLid)).to.equal(12);
      expect(await client.unlock(lid)).to.equal(0);
      expect(await client.unlock(lid)).to.equal(12);
      expect((await other.write(otherLid, 'VOLT 1')).error).to.equal(0);
    });

    it('is waited for when the flags say so', async () => {
      const waiting = other.write(otherLid, 'VOLT 1', vxi11Flags.end | vxi11Flags.waitLock, 1_000);
      await pass(900);
      await client.unlock(lid);
      expect((await waiting).error).to.equal(0);
    });

    it('is waited for no longer than allowed', async () => {
      const waiting = other.lock(otherLid, vxi11Flags.waitLock, 1_000);
      await pass(1_000);
      expect(await waiting).to.equal(11);
    });

    it('goes to one of those who wait, the others wait on', async () => {
      const third = connect();
      const thirdLid = await third.lid();
      const second = other.lock(otherLid, vxi11Flags.waitLock, 1_000);
      const last = third.lock(thirdLid, vxi11Flags.waitLock, 1_000);
      await settled();
      await client.unlock(lid);
      expect(await second).to.equal(0);
      await pass(1_000);
      expect(await last).to.equal(11);
    });

    it('ends with its link, and with its connection', async () => {
      await client.call(vxi11.destroyLink, { lid });
      expect(await other.lock(otherLid)).to.equal(0);
      await other.rpc.close();
      await settled();
      expect((await client.link('inst0', true)).error).to.equal(0);
    });

    it('may be wished for with the link, and waited for', async () => {
      const made = other.link('inst0', true, 1_000);
      await pass(500);
      await client.unlock(lid);
      expect((await made).error).to.equal(0);
      expect(await client.lock(lid)).to.equal(11);
    });
  });

  describe('the rest', () => {
    it('reads the status byte past the output queue', async () => {
      supply.session.status = 0x50;
      await client.write(lid, '*IDN?');
      const args = { lid, flags: 0, lockTimeoutMs: 0, ioTimeoutMs: 0 };
      expect(await client.call(vxi11.readStatusByte, args)).to.deep.equal({ error: 0, statusByte: 0x50 });
      expect((await client.read(lid)).text).to.equal(`${IDENTITY}\n`);
    });

    it('triggers, and takes remote and local', async () => {
      expect(await client.error('trigger', lid)).to.equal(0);
      expect(supply.session.triggers).to.equal(1);
      expect([await client.error('remote', lid), await client.error('local', lid)]).to.deep.equal([0, 0]);
    });

    it('clears what is unread and unfinished, on its own side as well', async () => {
      await client.write(lid, '*IDN?');
      await client.read(lid, { flags: vxi11Flags.terminatorSet, terminator: 0x2c });
      expect(await client.error('clear', lid)).to.equal(0);
      expect(supply.session.clears).to.equal(1);
      const read = client.read(lid, { ioTimeoutMs: 10 });
      await pass(10);
      expect((await read).error).to.equal(15);
    });

    it('has no commands of its own', async () => {
      expect(await client.call(vxi11.doCommand, command(lid))).to.deep.include({ error: 8 });
    });

    it('is cut off with the instrument', async () => {
      const read = client.read(lid).catch((thrown: unknown) => String(thrown));
      supply.session.cuts.next();
      expect(await read).to.include('is lost');
    });
  });

  describe('service requests', () => {
    const handle = Uint8Array.of(1, 2, 3);
    const address = { hostAddress: 0x7f000001, hostPort: 40_001, program: 0x0607b1, version: 1, family: 0 };
    let heard: Uint8Array[];
    beforeEach(() => {
      heard = [];
      server.interruptHandler = (one) => heard.push(one);
    });

    it('come with the handle, once they are enabled', async () => {
      await client.call(vxi11.createInterruptChannel, address);
      supply.session.serviceRequests.next(0x40);
      expect(heard).to.have.length(0);
      await client.call(vxi11.enableSrq, { lid, enable: true, handle });
      supply.session.serviceRequests.next(0x40);
      expect(heard).to.deep.equal([handle]);
    });

    it('come no more when they are disabled, or the channel is closed', async () => {
      await client.call(vxi11.createInterruptChannel, address);
      await client.call(vxi11.enableSrq, { lid, enable: true, handle });
      await client.call(vxi11.enableSrq, { lid, enable: false, handle });
      supply.session.serviceRequests.next(0x40);
      await client.call(vxi11.enableSrq, { lid, enable: true, handle });
      await client.call(vxi11.destroyInterruptChannel, undefined);
      supply.session.serviceRequests.next(0x40);
      expect(heard).to.deep.equal([]);
    });

    it('have one channel a connection', async () => {
      const errors = [
        await client.call(vxi11.destroyInterruptChannel, undefined),
        await client.call(vxi11.createInterruptChannel, address),
        await client.call(vxi11.createInterruptChannel, address),
        await client.call(vxi11.destroyInterruptChannel, undefined),
      ];
      expect(errors.map(({ error }) => error)).to.deep.equal([6, 0, 29, 0]);
    });

    it('go to the client itself and nowhere else', async () => {
      const elsewhere = { ...address, hostAddress: 0x08080808 };
      expect(await client.call(vxi11.createInterruptChannel, elsewhere)).to.deep.equal({ error: 5 });
      expect(await client.call(vxi11.createInterruptChannel, { ...address, program: 1 })).to.deep.equal({ error: 5 });
    });

    it('have no channel where nobody listens', async () => {
      server.interruptHandler = undefined;
      expect(await client.call(vxi11.createInterruptChannel, address)).to.deep.equal({ error: 6 });
    });
  });
});

const wish = { clientId: 1, lockDevice: false, lockTimeoutMs: 0, device: 'inst0' };

const command = (lid: number) => ({
  lid,
  flags: 0,
  ioTimeoutMs: 0,
  lockTimeoutMs: 0,
  command: 0x020000,
  networkOrder: true,
  itemBytes: 1,
  data: new Uint8Array(0),
});
