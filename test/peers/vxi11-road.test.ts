import { expect } from 'chai';
import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { Link, LinkSettings } from '../../core/link.js';
import { createLinks } from '../../managers/links/registry.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { systemClock } from '../../station/system-clock.js';
import { ScriptedInstrument } from '../simulators/servers/scripted-instrument.js';
import { MemoryLog } from '../support/memory-log.js';
import { callWithin, failureOf, linkContext } from './link-context.js';
import { descriptors, until } from './online-station.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

describe('our link to our VXI-11 server, over real sockets', () => {
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let resource: string;
  let links: ReturnType<typeof createLinks>;
  const open: Link[] = [];

  beforeEach(async () => {
    supply = simulatedSupply();
    const options = {
      host: '127.0.0.1',
      port: 0,
      devices: { inst0: supply, inst1: new ScriptedInstrument((line) => line) },
    };
    server = createVxi11Server(options, { clock: systemClock, log: new MemoryLog() });
    [resource = ''] = await server.start();
    links = createLinks(linkContext());
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((link) => link.close()));
    supply.close();
    await server.stop();
  });

  const connect = async (settings: LinkSettings = {}, to = resource): Promise<Link> => {
    const link = await links.open(to, settings, callWithin());
    open.push(link);
    return link;
  };
  const isWell = async (link: Link): Promise<void> => {
    expect(await link.query('*IDN?', callWithin())).to.match(SUPPLY_IDENTITY);
    expect(await link.query('OUTP? (@1)', callWithin())).to.equal('0');
  };
  const lossOf = (link: Link): readonly Problem[] => {
    const losses: Problem[] = [];
    link.lost.subscribe((loss) => losses.push(loss));
    return losses;
  };

  it('asks, sets, measures, polls the status byte, triggers and clears', async () => {
    const link = await connect();
    await isWell(link);
    await link.write('VOLT 5,(@2);CURR 0.5,(@2);OUTP 1,(@2)', callWithin());
    expect(await link.query('OUTP? (@2)', callWithin())).to.equal('1');
    expect(await link.statusByte(callWithin())).to.equal(0);
    await link.trigger(callWithin());
    await link.clear(callWithin());
    expect(Number(await link.query('VOLT? (@2)', callWithin()))).to.equal(5);
  });

  it('carries 1 MB both ways', async () => {
    const link = await connect({ timeoutMs: 20_000 }, resource.replace('inst0', 'inst1'));
    const question = `ECHO? ${'0123456789abcdef'.repeat(65_536)}`;
    expect((await link.query(question, callWithin(20_000))) === question).to.equal(true);
  });

  it('reads up to the termination that the settings ask for', async () => {
    await isWell(await connect({ readTermination: '\n' }));
  });

  it('ends a read on the instrument, too, when it is aborted, and is well at once', async () => {
    const link = await connect();
    supply.faults.add({ kind: 'silent', times: 1 });
    const abort = new AbortController();
    const asking = link.query('*IDN?', callWithin(5_000, abort.signal)).catch(String);
    await until('the question is there', () => supply.lastMessage === '*IDN?');
    const startedAt = systemClock.monotonic();
    abort.abort(new HardwareError('ABORTED', 'enough'));
    expect(await asking).to.include('enough');
    await isWell(link);
    expect(systemClock.monotonic() - startedAt).to.be.below(1_000);
    expect(links.reports()[0]).to.include({ reopened: 0, waiting: 0 });
  });

  it('says what has timed out, and is well on the same connection', async () => {
    const link = await connect({ timeoutMs: 200 });
    supply.faults.add({ kind: 'silent', times: 1 });
    const { code, message } = await failureOf(link.query('*IDN?', callWithin()));
    expect(code).to.equal('TIMEOUT');
    expect(message).to.match(/did not answer "\*IDN\?" in time \(5 bytes sent, 0 got, \d+ ms, attempt 1\)/);
    await isWell(link);
    expect(links.reports()[0]).to.include({ timeouts: 1, reopened: 0 });
  });

  it('gives an answer that comes late to no later question', async () => {
    const link = await connect({ timeoutMs: 150 });
    supply.faults.add({ kind: 'late', ms: 400 });
    expect(await link.query('*IDN?', callWithin()).catch(toProblem)).to.include({ code: 'TIMEOUT' });
    expect(await link.query('OUTP? (@1)', callWithin())).to.equal('0');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await link.query('OUTP? (@1)', callWithin())).to.equal('0');
  });

  it('fetches by a read the answer that came too late for its question', async () => {
    const link = await connect({ timeoutMs: 200 });
    supply.faults.add({ kind: 'late', ms: 350 });
    expect(await link.query('*IDN?', callWithin()).catch(toProblem)).to.include({ code: 'TIMEOUT' });
    expect(await link.read(callWithin())).to.match(SUPPLY_IDENTITY);
  });

  it('waits for a slow answer', async () => {
    const link = await connect();
    supply.faults.add({ kind: 'slow', ms: 700, times: 1 });
    await isWell(link);
  });

  it('takes half an answer for none', async () => {
    const link = await connect({ timeoutMs: 200 });
    supply.faults.add({ kind: 'partial', times: 1 });
    const { code, message } = await failureOf(link.query('*IDN?', callWithin()));
    expect(code).to.equal('TIMEOUT');
    expect(message).to.match(/[1-9]\d* got/);
    await isWell(link);
  });

  it('tells that the instrument asks for service, and why', async () => {
    const link = await connect();
    let requests = 0;
    const listening = link.serviceRequests.subscribe(() => (requests += 1));
    await link.write('*ESE 32;*SRE 32', callWithin());
    await link.query('*OPC?', callWithin());
    await link.write('NONSENSE', callWithin());
    await until('a request for service', () => requests === 1);
    expect((await link.statusByte(callWithin())) & 0x60).to.equal(0x60);
    listening.unsubscribe();
    await link.write('*CLS', callWithin());
    await link.write('NONSENSE', callWithin());
    await isWell(link);
    expect(requests).to.equal(1);
  });

  it('is lost at once when the connection is cut in mid-answer, and opened again', async () => {
    const link = await connect();
    const losses = lossOf(link);
    supply.faults.add({ kind: 'disconnect', times: 1 });
    const failure = await failureOf(link.query('*IDN?', callWithin()));
    expect(failure.code).to.equal('DISCONNECTED');
    await until('the loss', () => losses.length === 1);
    await isWell(await connect());
  });

  it('is lost when the instrument is power-cycled, refused meanwhile, and finds it as from the mains', async () => {
    const link = await connect();
    const losses = lossOf(link);
    await link.write('OUTP 1,(@1)', callWithin());
    expect(await link.query('OUTP? (@1)', callWithin())).to.equal('1');
    supply.powerCycle(300);
    await until('the loss', () => losses.length === 1, 1_000);
    expect(await connect().catch(toProblem)).to.include({ code: 'DISCONNECTED' });
    await until('it is on again', () => supply.isOn);
    await isWell(await connect());
  });

  it('is lost when the server goes in mid-answer; what was asked ends with an error at once', async () => {
    const link = await connect();
    const losses = lossOf(link);
    supply.faults.add({ kind: 'partial', times: 1 });
    const asking = link.query('*IDN?', callWithin(10_000)).catch(toProblem);
    await until('the question is there', () => supply.lastMessage === '*IDN?');
    const startedAt = systemClock.monotonic();
    await server.stop();
    expect(await asking).to.include({ code: 'DISCONNECTED' });
    expect(systemClock.monotonic() - startedAt).to.be.below(500);
    expect(losses).to.have.lengthOf(1);
    const gone = await failureOf(connect());
    expect(gone.code).to.equal('DISCONNECTED');
    expect(gone.message).to.match(/^127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED/);
  });

  it('leaves nothing behind, 25 times switched off in mid-question', async () => {
    await isWell(await connect());
    await open.pop()?.close();
    await until('the link is gone', () => supply.connections === 0);
    const before = descriptors();
    for (let round = 0; round < 25; round += 1) {
      const link = await connect();
      const losses = lossOf(link);
      supply.faults.add({ kind: 'silent', times: 1 });
      const asking = link.query('*IDN?', callWithin()).catch(toProblem);
      supply.switchOff();
      await until('the loss', () => losses.length === 1);
      expect(await asking).to.include({ code: 'DISCONNECTED' });
      supply.switchOn();
      supply.faults.replace([]);
      await link.close();
    }
    await until('the sockets are closed', () => descriptors() <= before);
    expect(supply.connections).to.equal(0);
  });
});
