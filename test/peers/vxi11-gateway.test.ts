import { expect } from 'chai';
import type { Link, Links, LinkSettings } from '../../core/link.js';
import { createLinks } from '../../managers/links/registry.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { callWithin, failureOf, linkContext } from './link-context.js';
import { until } from './online-station.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

describe('two instruments behind one VXI-11 LAN/GPIB gateway', () => {
  let first: SimulatedInstrument;
  let second: SimulatedInstrument;
  let gateway: InstrumentServer;
  let port: number;
  let links: Links;
  const open: Link[] = [];
  const claims: string[] = [];

  beforeEach(async () => {
    first = simulatedSupply();
    second = simulatedSupply();
    const options = { host: '127.0.0.1', port: 0, devices: { 'gpib0,5': first, 'gpib0,22': second } };
    gateway = createVxi11Server(options, { clock: systemClock, log: new MemoryLog() });
    const [resource = ''] = await gateway.start();
    port = Number(/,(\d+)/.exec(resource)?.[1]);
    const claim = (name: string) => {
      claims.push(name);
      return () => void claims.splice(claims.indexOf(name), 1);
    };
    links = createLinks({ ...linkContext({ 0: `TCPIP::127.0.0.1,${port}::gpib0` }), claim });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((link) => link.close()));
    expect(claims).to.deep.equal([]);
    first.close();
    second.close();
    await gateway.stop();
  });
  const connect = async (resource: string, settings: LinkSettings = {}): Promise<Link> => {
    const link = await links.open(resource, settings, callWithin());
    open.push(link);
    return link;
  };
  /** One by the name of the gateway, the other by the board that the station has given it. */
  const both = async (settings?: LinkSettings): Promise<readonly [Link, Link]> => [
    await connect(`TCPIP::127.0.0.1,${port}::gpib0,5::INSTR`, settings),
    await connect('GPIB0::22::INSTR', settings),
  ];
  const elapsedIn = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = systemClock.monotonic();
    await work();
    return systemClock.monotonic() - startedAt;
  };

  it('are reached by the name of the gateway, and through the board that names it', async () => {
    const [one, other] = await both();
    await one.write('VOLT 1,(@1)', callWithin());
    await other.write('VOLT 2,(@1)', callWithin());
    const setpoints = [await one.query('VOLT? (@1)', callWithin()), await other.query('VOLT? (@1)', callWithin())];
    expect(setpoints.map(Number)).to.deep.equal([1, 2]);
    expect([first.read('voltageSetpoint', 1), second.read('voltageSetpoint', 1)]).to.deep.equal([1, 2]);
    await Promise.all([one.clear(callWithin()), other.clear(callWithin())]);
    expect(await other.statusByte(callWithin())).to.equal(0);
  });

  it('share one bus, and are locked by one name however they are written', async () => {
    await both();
    const place = `TCPIP0::127.0.0.1,${port}`;
    expect(links.reports().map(({ bus }) => bus)).to.deep.equal([`${place}::gpib0::INSTR`, `${place}::gpib0::INSTR`]);
    expect(claims).to.deep.equal([`${place}::gpib0,5::INSTR`, `${place}::gpib0,22::INSTR`]);
  });

  it('are spoken to one at a time', async () => {
    const [one, other] = await both();
    first.faults.add({ kind: 'slow', ms: 400, times: 1 });
    const slow = one.query('*IDN?', callWithin());
    await until('the first question is there', () => first.lastMessage === '*IDN?');
    const messages = second.requests;
    const waiting = other.query('OUTP? (@1)', callWithin());
    expect(links.reports().map((report) => report.waiting)).to.deep.equal([1, 1]);
    const waitedMs = await elapsedIn(async () => {
      await slow;
      expect(second.requests).to.equal(messages);
      await waiting;
    });
    expect(waitedMs).to.be.above(300);
  });

  it('do not hold each other up while one is left alone before its answer', async () => {
    const [one, other] = await both();
    let isAnswered = false;
    const paused = one.query('*IDN?', callWithin(), { answerAfterMs: 1_000 }).finally(() => (isAnswered = true));
    await until('the first question is there', () => first.lastMessage === '*IDN?');
    for (let round = 0; round < 5; round += 1) expect(await other.query('OUTP? (@1)', callWithin())).to.equal('0');
    expect(isAnswered).to.equal(false);
    expect(await paused).to.match(SUPPLY_IDENTITY);
  });

  it('may both be left alone at a time', async () => {
    const [one, other] = await both();
    const elapsedMs = await elapsedIn(() =>
      Promise.all([one, other].map((link) => link.query('*IDN?', callWithin(), { answerAfterMs: 600 }))),
    );
    expect(elapsedMs).to.be.within(590, 1_150);
  });

  it('do not get each other into trouble: a time-out, with the name of the neighbour in its words', async () => {
    const [one, other] = await both({ timeoutMs: 200 });
    first.faults.add({ kind: 'silent', times: 1 });
    const [failure, identity] = await Promise.all([
      failureOf(one.query('*IDN?', callWithin())),
      other.query('*IDN?', callWithin()),
    ]);
    expect(failure.code).to.equal('TIMEOUT');
    expect(failure.message).to.include('on the same bus: GPIB0::22::INSTR');
    expect(identity).to.match(SUPPLY_IDENTITY);
    expect(await one.query('OUTP? (@1)', callWithin())).to.equal('0');
  });

  it('do not get each other into trouble: one is switched off', async () => {
    const [one, other] = await both();
    const losses: string[] = [];
    one.lost.subscribe(() => losses.push('one'));
    other.lost.subscribe(() => losses.push('other'));
    first.switchOff();
    await until('the loss', () => losses.length > 0);
    expect(await other.query('*IDN?', callWithin())).to.match(SUPPLY_IDENTITY);
    expect(losses).to.deep.equal(['one']);
    const gone = await failureOf(connect(`TCPIP::127.0.0.1,${port}::gpib0,5::INSTR`));
    expect(gone.code).to.equal('DISCONNECTED');
    first.switchOn();
    expect(await (await connect(`TCPIP::127.0.0.1,${port}::gpib0,5::INSTR`)).query('*IDN?', callWithin())).to.match(
      SUPPLY_IDENTITY,
    );
  });

  it('are the only ones: at another address is nobody', async () => {
    const { code, message } = await failureOf(connect('GPIB0::6::INSTR'));
    expect(code).to.equal('DISCONNECTED');
    expect(message).to.include('no link to "gpib0,6": the device is not accessible: no such device name there');
  });
});
