import { duplexPair, type Duplex } from 'node:stream';
import { expect } from 'chai';
import { HardwareError, type Problem } from '../../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../../core/link.js';
import { silentLog } from '../../../../core/log.js';
import type { Call } from '../../../../core/parameter.js';
import { parseResource } from '../../../../core/wire/visa-resource.js';
import { createPrologixRoad } from '../../../../managers/links/prologix/prologix.road.js';
import { MAX_ANSWER_BYTES, type Road } from '../../../../managers/links/road.js';
import { GpibBus } from '../../../../simulators/servers/prologix/gpib-bus.js';
import { SimulatedPrologix } from '../../../../simulators/servers/prologix/prologix-adapter.js';
import { servePrologix } from '../../../../simulators/servers/prologix/prologix-peer.js';
import { ScriptedInstrument } from '../../../simulators/servers/scripted-instrument.js';
import { inFakeTime } from '../in-fake-time.js';
import { fakeClock, type FakeClock } from '../../fake-station.js';

const ADAPTER = 'PRLGX-TCPIP0::adapter::1234::INTFC';
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const codeOf = (thrown: unknown): string => (thrown instanceof HardwareError ? thrown.code : String(thrown));

describe('PrologixRoad', () => {
  let clock: FakeClock;
  let meter: ScriptedInstrument;
  let calibrator: ScriptedInstrument;
  /** What the adapter got, connection by connection. */
  let heard: string[];
  let streams: Duplex[];
  let ours: Duplex[];
  let adapter: (theirs: Duplex) => void;
  let road: ReturnType<typeof createPrologixRoad>;
  let context: LinksContext;

  const call = (ms = 10_000): Call => ({
    signal: new AbortController().signal,
    deadline: clock.monotonic() + ms,
  });

  const open = (resource: string, settings: LinkSettings = {}): Promise<Road> =>
    done(road.open(parseResource(resource), settings, context, call()));

  const done = <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work);

  const ask = async (one: Road, text: string, ms?: number): Promise<string> => {
    await done(one.send(bytes(text), call()));
    return Buffer.from(await done(one.receive(call(ms)))).toString('latin1');
  };

  const failure = (work: Promise<unknown>): Promise<string> =>
    done(work).then(
      () => 'done',
      (thrown: unknown) => codeOf(thrown),
    );

  const lines = (): readonly string[] => heard.join('').split('\n').slice(0, -1);

  beforeEach(() => {
    clock = fakeClock();
    meter = new ScriptedInstrument();
    calibrator = new ScriptedInstrument((line) => (line === '*IDN?' ? 'FLUKE' : undefined));
    heard = [];
    streams = [];
    ours = [];
    const simulated = new SimulatedPrologix(new GpibBus({ 4: calibrator, 20: meter }, clock));
    adapter = (theirs) => {
      servePrologix(theirs, simulated, silentLog);
    };
    road = createPrologixRoad({
      openTcp: () => {
        const [mine, theirs] = duplexPair();
        ours.push(mine);
        theirs.on('data', (chunk: Buffer) => heard.push(chunk.toString('latin1')));
        streams.push(theirs);
        adapter(theirs);
        return Promise.resolve(mine);
      },
      openLine: () => Promise.reject(new HardwareError('DISCONNECTED', 'no serial port here')),
    });
    context = {
      clock,
      random: () => 0.5,
      log: silentLog,
      boards: { 0: ADAPTER, 1: 'TCPIP::gateway::gpib0::INSTR' },
      claim: () => () => undefined,
    };
  });

  afterEach(() => {
    for (const stream of streams) stream.destroy();
    clock.uninstall();
  });

  it('claims instruments of boards that have such an adapter', () => {
    const claims = (text: string) => road.claims(parseResource(text), context);
    expect(['GPIB::4::INSTR', 'GPIB1::4::INSTR', 'GPIB2::4::INSTR', 'TCPIP::h::INSTR'].map(claims)).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
  });

  it('sets the adapter up, and asks what it is', async () => {
    await open('GPIB::20::INSTR');
    const setUp = 'mode 1|auto 0|read_tmo_ms 50|eos 3|eoi 1|eot_enable 0|eot_char 4|eot_enable 1|ver|ver';
    expect(lines().slice(0, 10)).to.deep.equal(setUp.split('|').map((command) => `++${command}`));
  });

  it('asks and reads to END', async () => {
    const one = await open('GPIB::20::INSTR');
    heard.length = 0;
    expect(await ask(one, '*IDN?')).to.match(/^Keysight.*12$/);
    expect(lines()).to.deep.equal(['++addr 20', '*IDN?', '++read eoi']);
  });

  it('names the address only when it changes', async () => {
    const [one, other] = [await open('GPIB::20::INSTR'), await open('GPIB::4::INSTR')];
    heard.length = 0;
    for (const asked of [one, one, other, one]) await done(asked.send(bytes('X'), call()));
    expect(lines()).to.deep.equal(['++addr 20', 'X', 'X', '++addr 4', 'X', '++addr 20', 'X']);
  });

  it('shares one connection and one bus, and closes it with the last', async () => {
    const [one, other] = await Promise.all([open('GPIB::20::INSTR'), open('GPIB::4::INSTR')]);
    expect([streams.length, one.bus, other.bus]).to.deep.equal([1, ADAPTER, ADAPTER]);
    await done(one.close());
    expect(ours[0]?.destroyed).to.equal(false);
    await done(other.close());
    expect(ours[0]?.destroyed).to.equal(true);
  });

  it('lets the configured line end reach the instrument', async () => {
    const one = await open('GPIB::20::INSTR', { writeTermination: '\r\n' });
    await done(one.send(bytes('READ?'), call()));
    expect(heard.join('')).to.contain('READ?\x1b\r\x1b\n\n');
    expect(meter.session.lines).to.deep.equal(['READ?']);
  });

  it('uses secondary addresses', async () => {
    const one = await open('GPIB::20::3::INSTR');
    await done(one.send(bytes('X'), call()));
    expect(lines()).to.include('++addr 20 99');
  });

  it('waits for a slow instrument, without ever reading twice at once', async () => {
    const one = await open('GPIB::20::INSTR');
    heard.length = 0;
    await done(one.send(bytes('READ?'), call()));
    const answer = one.receive(call());
    clock.after(1_000, () => {
      meter.session.say('+1.5E+00\n');
    });
    expect(Buffer.from(await done(answer)).toString()).to.equal('+1.5E+00');
    const said = lines().filter((line) => line !== '++addr 20' && line !== 'READ?');
    expect(said.length).to.be.above(4);
    expect(said.every((line, index) => line === (index % 2 === 0 ? '++read eoi' : '++ver'))).to.equal(true);
  });

  it('puts an answer together that comes in pieces with long pauses', async () => {
    const one = await open('GPIB::20::INSTR');
    await done(one.send(bytes('READ?'), call()));
    const answer = one.receive(call());
    meter.session.say('+1.5', false);
    clock.after(700, () => {
      meter.session.say('E+00\n');
    });
    expect(Buffer.from(await done(answer)).toString()).to.equal('+1.5E+00');
  });

  it('reads an answer of several lines as one', async () => {
    const one = await open('GPIB::20::INSTR');
    await done(one.send(bytes('LIST?'), call()));
    const answer = one.receive(call());
    meter.session.say('a\n', false);
    clock.after(20, () => {
      meter.session.say('b\n');
    });
    expect(Buffer.from(await done(answer)).toString()).to.equal('a\nb');
  });

  it('takes a line end for the end where an instrument says no END', async () => {
    const one = await open('GPIB::20::INSTR');
    await done(one.send(bytes('OLD?'), call()));
    meter.session.say('+1.5\r\n', false);
    expect(Buffer.from(await done(one.receive(call()))).toString()).to.equal('+1.5');
  });

  it('does so no longer when it has said END once', async () => {
    const one = await open('GPIB::20::INSTR');
    await ask(one, '*IDN?');
    await done(one.send(bytes('LIST?'), call()));
    const answer = one.receive(call());
    meter.session.say('a\n', false);
    clock.after(500, () => {
      meter.session.say('b\n');
    });
    expect(Buffer.from(await done(answer)).toString()).to.equal('a\nb');
  });

  it('goes on with an answer that was given up, also after another instrument was asked', async () => {
    const [one, other] = [await open('GPIB::20::INSTR'), await open('GPIB::4::INSTR')];
    await done(one.send(bytes('READ?'), call()));
    meter.session.say('+1.', false);
    expect(await failure(one.receive(call(300)))).to.equal('TIMEOUT');
    expect(one.pendingBytes).to.equal(3);
    expect(await ask(other, '*IDN?')).to.equal('FLUKE');
    meter.session.say('5\n');
    expect(Buffer.from(await done(one.receive(call()))).toString()).to.equal('+1.5');
  });

  it('never gives a late answer to another instrument', async () => {
    const [one, other] = [await open('GPIB::20::INSTR'), await open('GPIB::4::INSTR')];
    await done(one.send(bytes('READ?'), call()));
    const given = failure(one.receive(call(30)));
    await clock.pass(30);
    meter.session.say('late\n'); // the adapter still reads
    expect(await given).to.equal('TIMEOUT');
    expect(await ask(other, '*IDN?')).to.equal('FLUKE');
  });

  it('refuses an answer without end, and goes on with the next', async () => {
    const one = await open('GPIB::20::INSTR');
    await done(one.send(bytes('CURVE?'), call()));
    const reading = failure(one.receive(call()));
    streams[0]?.write(Buffer.alloc(MAX_ANSWER_BYTES + 1, '1'));
    expect(await reading).to.equal('TOO_LARGE');
    expect(one.pendingBytes).to.equal(0);
    expect(await ask(await open('GPIB::4::INSTR'), '*IDN?')).to.equal('FLUKE');
  });

  it('loses an adapter that speaks without end', async () => {
    const one = await open('GPIB::20::INSTR');
    const reasons: Problem[] = [];
    one.lost.subscribe((reason) => reasons.push(reason));
    streams[0]?.removeAllListeners('data').write(Buffer.alloc(2 * MAX_ANSWER_BYTES + 64, '1'));
    await done(new Promise(setImmediate));
    expect(await failure(one.send(bytes('*RST'), call()))).to.equal('DISCONNECTED');
    expect(reasons.map(({ message }) => message)).to.deep.equal([
      'the GPIB adapter adapter:1234 speaks without end, and does not answer',
    ]);
  });

  it('clears: what the instrument would have said is gone', async () => {
    const one = await open('GPIB::20::INSTR');
    await done(one.send(bytes('READ?'), call()));
    expect(await failure(one.receive(call(300)))).to.equal('TIMEOUT');
    meter.session.say('late\n');
    expect(await done(one.clear(call()))).to.equal('clear');
    expect([meter.session.clears, one.pendingBytes]).to.deep.equal([1, 0]);
    expect(await ask(one, '*IDN?')).to.match(/^Keysight/);
  });

  it('ends at once with the reason when it is aborted, and knows its way afterwards', async () => {
    const one = await open('GPIB::20::INSTR');
    const controller = new AbortController();
    await done(one.send(bytes('READ?'), call()));
    const answer = failure(one.receive({ signal: controller.signal, deadline: clock.monotonic() + 5_000 }));
    controller.abort(new HardwareError('STOPPING', 'the end'));
    expect(await answer).to.equal('STOPPING');
    expect(await done(one.clear(call()))).to.equal('clear');
    expect(await ask(one, '*IDN?')).to.match(/^Keysight/);
  });

  it('reads the status byte and triggers', async () => {
    const one = await open('GPIB::20::INSTR');
    await ask(one, '*IDN?');
    meter.session.status = 80;
    expect(await done(one.statusByte?.(call()) ?? Promise.resolve(-1))).to.equal(80);
    await done(one.trigger?.(call()) ?? Promise.resolve());
    await clock.pass(10);
    expect(meter.session.triggers).to.equal(1);
    expect(lines().slice(-2)).to.deep.equal(['++spoll', '++trg']);
  });

  it('sends and reads every byte', async () => {
    const one = await open('GPIB::20::INSTR');
    const content = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('latin1');
    await done(one.send(bytes('CURVE?'), call()));
    meter.session.say(`#3256${content}\n`);
    expect(Buffer.from(await done(one.receive(call()))).toString('latin1')).to.equal(`#3256${content}`);
  });

  it('loses all instruments with the adapter, at once', async () => {
    const all = [await open('GPIB::20::INSTR'), await open('GPIB::4::INSTR')];
    const lost: Problem[] = [];
    for (const one of all) one.lost.subscribe((reason) => lost.push(reason));
    streams[0]?.end();
    await new Promise(setImmediate);
    expect(lost.map(({ code }) => code)).to.deep.equal(['DISCONNECTED', 'DISCONNECTED']);
    expect(lost[0]?.message).to.contain('the GPIB adapter adapter:1234 is gone');
    expect(await failure(open('GPIB::20::INSTR'))).to.equal('done');
    expect(streams).to.have.length(2);
  });

  it('loses an adapter that does not answer any longer', async () => {
    const one = await open('GPIB::20::INSTR');
    streams[0]?.pause();
    const lost: Problem[] = [];
    one.lost.subscribe((reason) => lost.push(reason));
    expect(await failure(one.receive(call(300)))).to.equal('TIMEOUT');
    expect(await failure(one.clear(call()))).to.equal('DISCONNECTED');
    expect(lost.map(({ message }) => message)).to.deep.equal(['the GPIB adapter adapter:1234 does not answer']);
  });

  it('reaches an adapter at a serial port, which is open at 115200 baud, and closes it with the port', async () => {
    const opened: (readonly [path: string, baudRate: number | undefined])[] = [];
    let closes = 0;
    const [mine, theirs] = duplexPair();
    streams.push(theirs);
    adapter(theirs);
    road = createPrologixRoad({
      openTcp: () => Promise.reject(new HardwareError('DISCONNECTED', 'no network here')),
      openLine: (path, { baudRate }) => {
        opened.push([path, baudRate]);
        const close = (): Promise<void> => Promise.resolve(void (closes += 1));
        return Promise.resolve({ stream: mine, flush: () => Promise.resolve(), close });
      },
    });
    context = { ...context, boards: { 0: 'PRLGX-ASRL::/dev/ttyUSB0::INTFC' } };
    const one = await open('GPIB::20::INSTR');
    expect([one.bus, ...opened]).to.deep.equal(['PRLGX-ASRL0::/dev/ttyUSB0::INTFC', ['/dev/ttyUSB0', 115_200]]);
    expect(await ask(one, '*IDN?')).to.match(/^Keysight/);
    await done(one.close());
    expect(closes).to.equal(1);
  });

  it('refuses what does not say what it is', async () => {
    adapter = (theirs) => theirs.on('data', () => theirs.write('HTTP/1.1 400 Bad Request\r\n'));
    let message = '';
    await open('GPIB::20::INSTR').catch((thrown: unknown) => (message = String(thrown)));
    expect(message).to.contain('does not say what it is (++ver): is it a Prologix-style adapter?');
  });

  it('waits for an adapter that has to boot, and is not misled by what is left over', async () => {
    const ready = adapter;
    adapter = (theirs) => {
      theirs.write('+9.9E+37\r\n');
      const deaf = theirs.on('data', () => undefined);
      clock.after(2_300, () => {
        deaf.removeAllListeners('data');
        theirs.on('data', (chunk: Buffer) => heard.push(chunk.toString('latin1')));
        ready(theirs);
      });
    };
    expect(await ask(await open('GPIB::20::INSTR'), '*IDN?')).to.match(/^Keysight/);
  });
});
