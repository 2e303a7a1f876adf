import { expect } from 'chai';
import { HardwareError, type Problem } from '../../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../../core/link.js';
import { silentLog } from '../../../../core/log.js';
import type { Call } from '../../../../core/parameter.js';
import { parseResource } from '../../../../core/wire/visa-resource.js';
import type { Road } from '../../../../managers/links/road.js';
import { usbtmcRequests } from '../../../../managers/links/usbtmc/usbtmc-requests.js';
import { createUsbtmcRoad } from '../../../../managers/links/usbtmc/usbtmc.road.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';
import { inFakeTime, outcomeOf } from '../in-fake-time.js';
import { PlayedUsbtmc } from '../played-usbtmc.js';

const PATH = '/dev/usbtmc0';
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('UsbtmcRoad', () => {
  let clock: FakeClock;
  let devices: PlayedUsbtmc[];
  let kind: ReturnType<typeof createUsbtmcRoad>;
  let context: LinksContext;
  let opening: () => Promise<void>;

  const call = (ms = 2_000): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });
  const done = <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work);
  const outcome = (work: Promise<unknown>): Promise<string> => done(outcomeOf(work));
  const device = (index = 0): PlayedUsbtmc => devices[index] ?? new PlayedUsbtmc(clock);
  const open = (settings: LinkSettings = {}, resource = PATH): Promise<Road> =>
    done(kind.open(parseResource(resource), settings, context, call()));
  const ask = async (road: Road, text: string, answer: string): Promise<string> => {
    await done(road.send(bytes(text), call()));
    device().say(answer);
    return outcome(road.receive(call()));
  };

  beforeEach(() => {
    clock = fakeClock();
    devices = [];
    opening = () => Promise.resolve();
    kind = createUsbtmcRoad({
      openDevice: async () => {
        await opening();
        const played = new PlayedUsbtmc(clock);
        devices.push(played);
        return played;
      },
      files: {
        list: () => Promise.resolve(['usbtmc3']),
        read: (path) =>
          Promise.resolve(path.endsWith('serial') ? 'MY1\n' : path.endsWith('Number') ? '00\n' : '2a8d\n'),
      },
    });
    context = { clock, random: () => 0.5, log: silentLog, boards: {}, claim: () => () => undefined };
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('claims device files and what is named by vendor, product and serial number', () => {
    const claims = (text: string): boolean => kind.claims(parseResource(text), context);
    expect([PATH, 'USB::0x2A8D::0x1002::MY1::INSTR', 'TCPIP::h::INSTR'].map(claims)).to.deep.equal([true, true, false]);
  });

  it('sends a message with one write, and takes the answer to END without its line end', async () => {
    const road = await open();
    expect(await ask(road, '*IDN?', 'Keysight,1\n')).to.equal('done: Keysight,1');
    expect(device().written).to.deep.equal(['*IDN?']);
  });

  it('finds the device file of what is named otherwise, and is a bus of its own', async () => {
    const road = await open({}, 'USB0::0x2A8D::0x2A8D::MY1::INSTR');
    expect(road.bus).to.equal('/dev/usbtmc3');
  });

  it('puts the configured line ends on and takes them off', async () => {
    const road = await open({ writeTermination: '\r\n', readTermination: ';' });
    expect(await ask(road, 'X?', '1;')).to.equal('done: 1');
    expect(device().written).to.deep.equal(['X?\r\n']);
  });

  it('puts an answer together that comes in several transfers', async () => {
    const road = await open();
    await done(road.send(bytes('CURVE?'), call()));
    const answer = outcome(road.receive(call()));
    device().say('+1.', false);
    device().say('50', false);
    device().say('0\n');
    expect(await answer).to.equal('done: +1.500');
  });

  it('takes a transfer that is not full for the end where the kernel is too old to say', async () => {
    const road = await open();
    device().refused.set(usbtmcRequests.messageInAttributes, 'EBADRQC');
    expect(await ask(road, '*IDN?', 'Old\n')).to.equal('done: Old');
  });

  it('lets the driver give up a little after the one who asks, and end the transfer on the instrument', async () => {
    const road = await open();
    await done(road.send(bytes('READ?'), call()));
    expect(await outcome(road.receive(call(1_000)))).to.equal(`TIMEOUT ${PATH} did not answer in time`);
    expect(device().timeouts.at(-1)).to.be.within(1_000, 1_200);
    expect(device().requests[0]).to.equal(usbtmcRequests.autoAbort);
  });

  it('goes on with what comes after it was given up', async () => {
    const road = await open();
    await done(road.send(bytes('READ?'), call()));
    expect(await outcome(road.receive(call(500)))).to.match(/^TIMEOUT/);
    device().say('+1.5\n');
    expect(await outcome(road.receive(call()))).to.equal('done: +1.5');
  });

  it('never has two calls in the driver at once: what follows waits for what was given up', async () => {
    const road = await open();
    await done(road.send(bytes('READ?'), call()));
    const controller = new AbortController();
    const reading = outcomeOf(road.receive({ signal: controller.signal, deadline: clock.monotonic() + 2_000 }));
    await clock.pass(100);
    controller.abort(new HardwareError('STOPPING', 'the end'));
    expect(await done(reading)).to.equal('STOPPING the end');
    expect(device().running).to.equal(1);
    expect(await outcome(road.send(bytes('X'), call(300)))).to.match(/^TIMEOUT/);
    expect(device().written).to.deep.equal(['READ?']);
    expect(await outcome(road.clear(call(5_000)))).to.equal('done: clear');
    expect(device().running).to.equal(0);
  });

  it('clears: no answer of before comes afterwards', async () => {
    const road = await open();
    await done(road.send(bytes('READ?'), call()));
    expect(await outcome(road.receive(call(200)))).to.match(/^TIMEOUT/);
    await clock.pass(300);
    device().say('late\n');
    expect(await outcome(road.clear(call()))).to.equal('done: clear');
    expect([road.pendingBytes, await ask(road, 'X?', '2\n')]).to.deep.equal([0, 'done: 2']);
  });

  it('is to be opened anew when the instrument cannot be cleared', async () => {
    const road = await open();
    device().refused.set(usbtmcRequests.clear, 'EPERM');
    expect(await outcome(road.clear(call()))).to.equal('done: reopen');
  });

  it('reads the status byte and triggers', async () => {
    const road = await open();
    device().status = 80;
    expect(await outcome(road.statusByte?.(call()) ?? Promise.resolve())).to.equal('done: 80');
    expect(await outcome(road.trigger?.(call()) ?? Promise.resolve())).to.equal('done: undefined');
    expect(device().requests).to.include.members([usbtmcRequests.readStatusByte, usbtmcRequests.trigger]);
  });

  it('says what an instrument does not have', async () => {
    const road = await open();
    device().refused.set(usbtmcRequests.trigger, 'EINVAL');
    expect(await outcome(road.trigger?.(call()) ?? Promise.resolve())).to.equal(
      `BAD_COMMAND ${PATH} has no trigger by USB (EINVAL)`,
    );
  });

  it('is lost when it is unplugged, with the request that is under way, and once', async () => {
    const road = await open();
    const lost: Problem[] = [];
    road.lost.subscribe((reason) => lost.push(reason));
    await done(road.send(bytes('READ?'), call()));
    const reading = outcomeOf(road.receive(call()));
    await clock.pass(10);
    device().unplug();
    expect(await done(reading)).to.match(/^DISCONNECTED the USB instrument \/dev\/usbtmc0 is gone \(ENODEV\)/);
    expect(await outcome(road.send(bytes('X'), call()))).to.match(/^DISCONNECTED/);
    expect(lost).to.have.length(1);
  });

  for (const [what, spoil, said] of [
    ['takes half of a message', (one: PlayedUsbtmc) => (one.takes = 2), 'took 2 of the 5 bytes'],
    ['answers by what is no message', (one: PlayedUsbtmc) => one.say('', false), 'what is no message of USBTMC'],
    ['refuses the transfer', (one: PlayedUsbtmc) => (one.isGone = 'EPIPE'), 'has refused the transfer (EPIPE)'],
  ] as const) {
    it(`is a fault, and no loss, when an instrument ${what}`, async () => {
      const road = await open();
      const lost: Problem[] = [];
      road.lost.subscribe((reason) => lost.push(reason));
      spoil(device());
      const asked = road.send(bytes('*IDN?'), call()).then(() => road.receive(call()));
      const answer = await outcome(asked);
      expect(answer)
        .to.match(/^DEVICE_FAULT/)
        .and.contain(said);
      expect(lost).to.be.empty;
    });
  }

  it('cuts off an instrument that never ends its answer', async () => {
    const road = await open();
    await done(road.send(bytes('X?'), call()));
    const piece = 'x'.repeat(65_536);
    for (let count = 0; count < 257; count += 1) device().say(piece, false);
    expect(await outcome(road.receive(call()))).to.match(/^TOO_LARGE .*16777216 bytes/);
  });

  it('keeps two threads at most, and lets the third wait without sending late', async () => {
    const roads = [await open(), await open(), await open()];
    const [first, second, third] = roads;
    for (const road of [first, second]) {
      await done(road?.send(bytes('READ?'), call()) ?? Promise.resolve());
      void outcomeOf(road?.receive(call(1_000)) ?? Promise.resolve());
    }
    await clock.pass(0);
    expect(await outcome(third?.send(bytes('X'), call(300)) ?? Promise.resolve())).to.match(/^TIMEOUT/);
    await clock.pass(5_000);
    expect(device(2).written).to.be.empty;
    expect(await outcome(third?.send(bytes('Y'), call()) ?? Promise.resolve())).to.equal('done: undefined');
    expect(device(2).written).to.deep.equal(['Y']);
  });

  it('closes the file when the driver is done with it, and not under it', async () => {
    const road = await open();
    await done(road.send(bytes('READ?'), call()));
    const reading = outcomeOf(road.receive(call(1_000)));
    await clock.pass(10);
    const closing = road.close();
    await clock.pass(100);
    expect(device().isClosed).to.equal(false);
    await done(closing);
    await done(reading);
    expect(device().isClosed).to.equal(true);
  });

  for (const [code, remedy] of [
    ['EACCES', 'a udev rule has to let a group do so'],
    ['ENOENT', 'is the instrument plugged in and switched on?'],
    ['EBUSY', 'another program uses it'],
  ] as const) {
    it(`says what to do about ${code}`, async () => {
      opening = () => Promise.reject(Object.assign(new Error(code), { code }));
      expect(await outcome(open()))
        .to.match(/^DISCONNECTED .*cannot be opened/)
        .and.contain(remedy);
    });
  }
});
