import { expect } from 'chai';
import { SerialPortMock } from 'serialport';
import { HardwareError, type Problem } from '../../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../../core/link.js';
import { silentLog } from '../../../../core/log.js';
import type { Call } from '../../../../core/parameter.js';
import { parseResource } from '../../../../core/wire/visa-resource.js';
import { openPort, portOptions, portPath } from '../../../../managers/links/serial/serial-line.js';
import type { Road } from '../../../../managers/links/road.js';
import { createSerialRoad } from '../../../../managers/links/serial/serial.road.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';
import { inFakeTime, outcomeOf } from '../in-fake-time.js';

const PATH = '/dev/ttyUSB0';

describe('SerialRoad', () => {
  let clock: FakeClock;
  let ports: SerialPortMock[];

  const call = (ms = 5_000): Call => ({ signal: new AbortController().signal, deadline: clock.monotonic() + ms });
  const done = <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work);
  const port = (): SerialPortMock => {
    const newest = ports.at(-1);
    if (newest === undefined) throw new Error('no port was opened');
    return newest;
  };
  /** The instrument says something. */
  const say = (text: string): void => {
    port().port?.emitData(Buffer.from(text, 'latin1'));
  };
  const heard = (): string => port().port?.recording.toString('latin1') ?? '';
  const send = (road: Road, text: string): Promise<void> => done(road.send(Buffer.from(text, 'latin1'), call()));

  const open = (settings: LinkSettings = {}): Promise<Road> => {
    const kind = createSerialRoad((path, given, its) => {
      const port = new SerialPortMock(portOptions(path, given));
      ports.push(port);
      return openPort(port, path, its);
    });
    const context: LinksContext = {
      clock,
      random: () => 0.5,
      log: silentLog,
      boards: {},
      claim: () => () => undefined,
    };
    return done(kind.open(parseResource(`ASRL${PATH}::INSTR`), settings, context, call()));
  };

  beforeEach(() => {
    clock = fakeClock();
    ports = [];
    SerialPortMock.binding.createPort(PATH, { record: true });
  });

  afterEach(() => {
    for (const one of ports) one.close(() => undefined);
    SerialPortMock.binding.reset();
    clock.uninstall();
  });

  it('opens with 9600 baud, 8 bits, no parity and 1 stop bit', async () => {
    await open();
    const { baudRate, dataBits, parity, stopBits, rtscts } = port().settings;
    expect({ baudRate, dataBits, parity, stopBits, rtscts }).to.deep.equal({
      baudRate: 9_600,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      rtscts: false,
    });
  });

  it('opens as the settings say', async () => {
    await open({ baudRate: 19_200, dataBits: 7, parity: 'even', stopBits: 2, flowControl: 'hardware' });
    expect(port().settings).to.include({
      baudRate: 19_200,
      dataBits: 7,
      parity: 'even',
      stopBits: 2,
      rtscts: true,
    });
  });

  it('ends what it sends with LF, and takes the line end off the answer', async () => {
    const road = await open();
    await send(road, '*IDN?');
    expect(heard()).to.equal('*IDN?\n');
    const answer = road.receive(call());
    say('HEWLETT-PACKARD,34401A,0,');
    say('11-5-2\r\n');
    expect(await done(outcomeOf(answer))).to.equal('done: HEWLETT-PACKARD,34401A,0,11-5-2');
  });

  it('uses the terminators of the settings', async () => {
    const road = await open({ writeTermination: '\r\n', readTermination: '\r' });
    await send(road, 'V?');
    expect(heard()).to.equal('V?\r\n');
    say('5.0\r');
    expect(await done(outcomeOf(road.receive(call())))).to.equal('done: 5.0');
  });

  it('says how much has come when the time is up, and goes on with it', async () => {
    const road = await open();
    await send(road, 'V?');
    const answer = outcomeOf(road.receive(call(200)));
    say('5.');
    expect(await done(answer)).to.match(/^TIMEOUT/);
    expect(road.pendingBytes).to.equal(2);
    say('0\n');
    expect(await done(outcomeOf(road.receive(call())))).to.equal('done: 5.0');
  });

  it('is clear when the late answer has come', async () => {
    const road = await open();
    await send(road, 'V?');
    expect(await done(outcomeOf(road.receive(call(100))))).to.match(/^TIMEOUT/);
    const clearing = road.clear(call(2_000));
    clock.after(500, () => {
      say('late\n');
    });
    expect(await done(clearing)).to.equal('clear');
    expect(heard()).to.equal('V?\n\n'); // a line end, in case half a command was sent
    await send(road, 'I?');
    say('0.1\n');
    expect(await done(outcomeOf(road.receive(call())))).to.equal('done: 0.1');
  });

  it('is clear only when nothing more comes behind the late answer', async () => {
    const road = await open();
    await send(road, 'A?;B?');
    expect(await done(outcomeOf(road.receive(call(100))))).to.match(/^TIMEOUT/);
    const clearing = road.clear(call(2_000));
    for (const ms of [300, 380, 460]) {
      clock.after(ms, () => {
        say(`late ${ms}\n`);
      });
    }
    expect(await done(clearing)).to.equal('clear');
    expect(road.pendingBytes).to.equal(0);
    await clock.pass(1_000);
    expect(road.pendingBytes).to.equal(0);
  });

  it('is not clear as long as the answer that is owed has not come: a port that is opened anew hears it, too', async () => {
    const road = await open();
    await send(road, 'V?');
    expect(await done(road.clear(call(1_000)))).to.equal('owed');
    expect(await done(road.clear(call(50)))).to.equal('owed');
    const clearing = road.clear(call(2_000));
    clock.after(500, () => {
      say('late\n');
    });
    expect(await done(clearing)).to.equal('clear');
  });

  it('gives an instrument up that has owed its answer for 5 s', async () => {
    const road = await open();
    await send(road, 'V?');
    for (const outcome of ['done: owed', 'done: owed']) {
      expect(await done(outcomeOf(road.clear(call(2_000))))).to.equal(outcome);
    }
    expect(await done(outcomeOf(road.clear(call(2_000))))).to.match(
      /^DISCONNECTED the instrument at \/dev\/ttyUSB0 has not answered its last request within 5\d\d\d ms$/,
    );
  });

  it('owes nothing any more when the late answer was dropped', async () => {
    const road = await open();
    await send(road, 'V?');
    expect(await done(outcomeOf(road.receive(call(100))))).to.match(/^TIMEOUT/);
    say('late\n');
    await clock.pass(10);
    expect(road.drop?.()).to.equal('clear');
    const startedAt = clock.monotonic();
    expect(await done(road.clear(call()))).to.equal('clear');
    expect(clock.monotonic() - startedAt).to.be.below(500);
  });

  it('refuses an answer without end', async () => {
    const road = await open();
    await send(road, 'V?');
    const answer = outcomeOf(road.receive(call(20_000)));
    const piece = '1'.repeat(1 << 20);
    for (let count = 0; count < 17; count += 1) {
      say(piece);
      await clock.pass(10);
    }
    expect(await done(answer)).to.match(/^TOO_LARGE .* more than 16777216 bytes .*link\.readTermination/);
    expect(road.pendingBytes).to.be.below(2 << 20); // what has come since
  });

  it('is clear at once when nothing is owed', async () => {
    const road = await open();
    await send(road, 'OUT 5');
    const startedAt = clock.monotonic();
    expect(await done(road.clear(call()))).to.equal('clear');
    expect(clock.monotonic() - startedAt).to.be.below(500);
  });

  it('throws away what was said unasked', async () => {
    const road = await open();
    expect(road.drop?.()).to.equal('nothing');
    say('power on\n');
    await done(road.send(Buffer.from('X'), call()));
    expect(road.drop?.()).to.equal('clear');
    expect(road.pendingBytes).to.equal(0);
    say('half');
    await done(road.send(Buffer.from('X'), call()));
    expect(road.drop?.()).to.equal('reopen');
  });

  it('is lost at once when the adapter is unplugged, and says so', async () => {
    const road = await open();
    const lost: Problem[] = [];
    road.lost.subscribe((reason) => lost.push(reason));
    const answer = outcomeOf(road.receive(call()));
    port()._disconnected(new Error('it was unplugged'));
    expect(await done(answer)).to.equal(`DISCONNECTED the serial port ${PATH} is gone: it was unplugged`);
    expect(lost.map(({ code }) => code)).to.deep.equal(['DISCONNECTED']);
    expect(await done(outcomeOf(road.send(Buffer.from('X'), call())))).to.match(/^DISCONNECTED/);
  });

  it('ends at once when it is aborted', async () => {
    const road = await open();
    const controller = new AbortController();
    const answer = outcomeOf(road.receive({ signal: controller.signal, deadline: clock.monotonic() + 5_000 }));
    controller.abort(new HardwareError('ABORTED', 'enough'));
    expect(await answer).to.equal('ABORTED enough');
  });

  it('leaves nothing behind when it is closed', async () => {
    const road = await open();
    const lost: Problem[] = [];
    road.lost.subscribe((reason) => lost.push(reason));
    const answer = outcomeOf(road.receive(call()));
    await done(road.close());
    await done(road.close());
    expect(await answer).to.equal(`DISCONNECTED the serial port ${PATH} was closed`);
    expect([lost.length, port().isOpen, clock.timerCount()]).to.deep.equal([0, false, 0]);
  });

  for (const [said, expected] of [
    ['Error: No such file or directory, cannot open /dev/x', 'it is not there: is the adapter plugged in?'],
    ['Error: Permission denied, cannot open /dev/x', 'add the user to the group dialout'],
    ['Error Resource temporarily unavailable Cannot lock port', 'another program uses it'],
    ['Port is strange', 'Port is strange'],
  ] as const) {
    it(`says what to do about "${said}"`, async () => {
      const failing = new SerialPortMock(portOptions(PATH, {}));
      failing.open = (opened) => opened?.(new Error(said));
      expect(await outcomeOf(openPort(failing, PATH, call()))).to.match(/^DISCONNECTED the serial port /);
      expect(await outcomeOf(openPort(failing, PATH, call()))).to.contain(expected);
    });
  }
});

describe('the path of a serial port', () => {
  for (const [given, platform, path] of [
    ['1', 'linux', '/dev/ttyS0'],
    ['3', 'win32', 'COM3'],
    ['/dev/ttyUSB0', 'linux', '/dev/ttyUSB0'],
    ['COM4', 'win32', 'COM4'],
  ] as const) {
    it(`of ${given} on ${platform} is ${path}`, () => {
      expect(portPath(given, platform)).to.equal(path);
    });
  }
});
