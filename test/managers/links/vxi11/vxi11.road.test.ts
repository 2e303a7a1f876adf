import { expect } from 'chai';
import { HardwareError, toProblem } from '../../../../core/errors.js';
import type { LinksContext, LinkSettings } from '../../../../core/link.js';
import type { Call } from '../../../../core/parameter.js';
import { encodeReply } from '../../../../core/wire/onc-rpc.js';
import { PORTMAPPER_PORT } from '../../../../core/wire/portmapper.js';
import { parseResource } from '../../../../core/wire/visa-resource.js';
import { encodeXdr, u32 } from '../../../../core/wire/xdr.js';
import type { Road } from '../../../../managers/links/road.js';
import type { AskOverUdp } from '../../../../managers/links/udp-question.js';
import type { OpenInterruptPort } from '../../../../managers/links/vxi11/vxi11-interrupts.js';
import { createVxi11Road } from '../../../../managers/links/vxi11/vxi11.road.js';
import { IDENTITY, ScriptedInstrument } from '../../../simulators/servers/scripted-instrument.js';
import { ABORT_PORT, CORE_PORT, settled, Vxi11InMemory } from '../../../simulators/servers/vxi11/vxi11-in-memory.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { MemoryLog } from '../../../support/memory-log.js';

const RESOURCE = 'TCPIP::psu1::INSTR';

describe('the VXI-11 road', () => {
  let clock: FakeClock;
  let supply: ScriptedInstrument;
  let meter: ScriptedInstrument;
  let server: Vxi11InMemory;
  let aborting: AbortController;
  let log: MemoryLog;
  let askUdp: AskOverUdp;
  let changePort: OpenInterruptPort | undefined;
  const open: Road[] = [];
  beforeEach(() => {
    clock = new FakeClock();
    supply = new ScriptedInstrument();
    meter = new ScriptedInstrument((line) => (line === '*IDN?' ? 'meter' : undefined));
    server = new Vxi11InMemory({ inst0: supply, 'gpib0,22': meter }, clock);
    aborting = new AbortController();
    log = new MemoryLog();
    changePort = undefined;
    askUdp = () => Promise.reject(new HardwareError('TIMEOUT', 'nothing over UDP'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((road) => road.close()));
    server.close();
    await settled();
    const { pending } = clock;
    clock.uninstall();
    expect(pending).to.equal(0);
  });

  const call = (ms = 1_000): Call => ({ signal: aborting.signal, deadline: clock.monotonic() + ms });
  const connect = async (
    settings: LinkSettings = {},
    resource = RESOURCE,
    boards: LinksContext['boards'] = {},
  ): Promise<Road> => {
    const { openTcp } = server;
    const openPort = changePort ?? server.openPort;
    const kind = createVxi11Road({ openTcp, openPort, askUdp: (...asked) => askUdp(...asked) });
    const context: LinksContext = { clock, random: () => 0.5, log, boards, claim: () => () => undefined };
    const parsed = parseResource(resource);
    expect(kind.claims(parsed, context)).to.equal(true);
    const road = await kind.open(parsed, settings, context, call());
    open.push(road);
    return road;
  };
  const send = (road: Road, text: string): Promise<void> => road.send(Buffer.from(text, 'latin1'), call());
  const receive = async (road: Road, ms?: number): Promise<string> =>
    Buffer.from(await road.receive(call(ms))).toString('latin1');
  const ask = async (road: Road, text: string): Promise<string> => {
    await send(road, text);
    return receive(road);
  };
  const pass = async (ms: number): Promise<void> => {
    await settled();
    await clock.pass(ms);
    await settled();
  };
  const failureOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (thrown: unknown) => toProblem(thrown).code,
    );

  describe('opened', () => {
    it('asks the portmapper for the port', async () => {
      expect(await ask(await connect(), '*IDN?')).to.equal(IDENTITY);
      expect(server.opened).to.deep.equal([PORTMAPPER_PORT, CORE_PORT]);
    });

    it('does not where the port is known', async () => {
      expect(await ask(await connect({}, `TCPIP::psu1,${CORE_PORT}::INSTR`), '*IDN?')).to.equal(IDENTITY);
      expect(server.opened).to.deep.equal([CORE_PORT]);
    });

    it('asks over UDP where the portmapper takes no connection', async () => {
      server.closedPorts.add(PORTMAPPER_PORT);
      askUdp = ({ host, port, isAnswer }) => {
        expect([host, port]).to.deep.equal(['psu1', PORTMAPPER_PORT]);
        const answer = (xid: number) =>
          encodeReply({ xid, outcome: { type: 'success', results: encodeXdr(u32, CORE_PORT) } });
        expect([isAnswer(answer(1)), isAnswer(answer(2)), isAnswer(Buffer.from('nonsense'))]).to.deep.equal([
          true,
          false,
          false,
        ]);
        return Promise.resolve(answer(1));
      };
      expect(await ask(await connect(), '*IDN?')).to.equal(IDENTITY);
    });

    it('reaches what is behind a gateway, on the bus of the gateway', async () => {
      const direct = await connect({}, 'TCPIP::gateway::gpib0,22::INSTR');
      const byBoard = await connect({}, 'GPIB3::22::INSTR', { 3: 'TCPIP::gateway::gpib0' });
      expect([await ask(direct, '*IDN?'), await ask(byBoard, '*IDN?')]).to.deep.equal(['meter', 'meter']);
      expect([direct.bus, byBoard.bus]).to.deep.equal([
        'TCPIP0::gateway::gpib0::INSTR',
        'TCPIP0::gateway::gpib0::INSTR',
      ]);
    });

    it('leaves no connection behind where there is no such device', async () => {
      expect(await failureOf(connect({}, 'TCPIP::psu1::inst7::INSTR'))).to.equal('DISCONNECTED');
      await settled();
      expect(server.connections.every(({ destroyed }) => destroyed)).to.equal(true);
    });

    it('gives the link back when it is closed', async () => {
      const road = await connect();
      await road.close();
      await settled();
      expect(supply.session.isClosed).to.equal(true);
    });
  });

  describe('carrying messages', () => {
    it('cuts what is longer than the instrument takes, with END on the last piece', async () => {
      server.maxReceiveBytes = 1_024;
      const road = await connect();
      await send(road, `VOLT ${'9'.repeat(3_000)}`);
      expect(await ask(road, 'VOLT?')).to.equal('9'.repeat(3_000));
      expect(supply.session.lines).to.have.lengthOf(2);
    });

    it('sends an empty message as one', async () => {
      const road = await connect();
      await send(road, '');
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
    });

    it('puts behind a message what the settings say', async () => {
      const road = await connect({ writeTermination: '\r\n' });
      await send(road, 'VOLT 5');
      expect(supply.session.lines).to.deep.equal(['VOLT 5']);
    });

    it('puts together an answer of many pieces, line ends within it included', async () => {
      const road = await connect();
      supply.session.say(`#6150000${'a\n'.repeat(75_000)}\n`);
      const answer = await receive(road);
      expect(answer).to.have.lengthOf(150_008);
    });

    it('ends an answer at the termination that the settings ask for, but not within a block', async () => {
      const road = await connect({ readTermination: '\n' });
      supply.session.say('first\nsecond\n');
      expect(await receive(road)).to.equal('first');
      expect(await receive(road)).to.equal('second');
      supply.session.say('#15a\nb\nc\n');
      expect(await receive(road)).to.equal('#15a\nb\nc');
    });

    it('polls the status byte, triggers, clears', async () => {
      const road = await connect();
      supply.session.status = 0x50;
      expect(await road.statusByte?.(call())).to.equal(0x50);
      await road.trigger?.(call());
      expect(await road.clear(call())).to.equal('clear');
      expect([supply.session.triggers, supply.session.clears]).to.deep.equal([1, 1]);
    });
  });

  describe('when no answer comes', () => {
    it('has the error of the instrument, shortly before the deadline; the connection goes on', async () => {
      const road = await connect();
      const failing = failureOf(receive(road, 500));
      await pass(480);
      expect(await failing).to.equal('TIMEOUT');
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
      expect(server.opened).to.not.include(ABORT_PORT);
    });

    it('keeps what had come, for the next to fetch the rest', async () => {
      const road = await connect();
      supply.session.say('4', false);
      const failing = failureOf(receive(road, 500));
      await pass(480);
      expect([await failing, road.pendingBytes]).to.deep.equal(['TIMEOUT', 1]);
      supply.session.say('2\n');
      expect(await receive(road)).to.equal('42');
    });

    it('ends the call on the instrument when it is aborted', async () => {
      const road = await connect();
      const failing = failureOf(receive(road, 60_000));
      await settled();
      aborting.abort(new HardwareError('ABORTED', 'enough'));
      expect(await failing).to.equal('ABORTED');
      await settled();
      expect(server.opened).to.include(ABORT_PORT);
      aborting = new AbortController();
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
    });

    it('waits for the call to end where the abort channel takes no connection', async () => {
      server.closedPorts.add(ABORT_PORT);
      const road = await connect();
      const failing = failureOf(receive(road, 2_000));
      await settled();
      aborting.abort(new HardwareError('ABORTED', 'enough'));
      expect(await failing).to.equal('ABORTED');
      aborting = new AbortController();
      const next = ask(road, '*IDN?').catch(toProblem);
      await pass(900);
      expect(supply.session.lines).to.deep.equal([]);
      await pass(100);
      expect(await next).to.include({ code: 'TIMEOUT' });
      await pass(1_000);
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
    });

    it('is to be opened anew where it takes no device clear', async () => {
      const road = await connect();
      meter.isOn = false;
      server.connections.at(-1)?.destroy();
      await settled();
      expect(await road.clear(call())).to.equal('reopen');
    });
  });

  it('is lost with its connection, once', async () => {
    const road = await connect();
    const losses: string[] = [];
    road.lost.subscribe(({ code }) => losses.push(code));
    const failing = failureOf(receive(road));
    await settled();
    server.connections.at(-1)?.destroy();
    await settled();
    expect([await failing, ...losses]).to.deep.equal(['DISCONNECTED', 'DISCONNECTED']);
  });

  describe('service requests', () => {
    it('are heard while somebody listens, on a port that is open no longer', async () => {
      const road = await connect();
      expect(server.openInterruptPorts).to.equal(0);
      let requests = 0;
      const listening = road.serviceRequests?.subscribe(() => (requests += 1));
      await settled();
      expect(server.openInterruptPorts).to.equal(1);
      supply.session.serviceRequests.next(0x60);
      supply.session.serviceRequests.next(0x60);
      expect(requests).to.equal(2);
      server.interruptHandler?.(Buffer.from('of somebody else'));
      expect(requests).to.equal(2);
      listening?.unsubscribe();
      await settled();
      expect(server.openInterruptPorts).to.equal(0);
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
    });

    it('that the instrument refuses are a line in the log, and the road goes on', async () => {
      const { openPort } = server;
      // An address that is not the one we come from.
      changePort = async (host, onCall) => ({ ...(await openPort(host, onCall)), hostAddress: 0x0a00_0001 });
      const road = await connect();
      road.serviceRequests?.subscribe();
      await settled();
      expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).to.deep.equal([
        'warn: the instrument sends no service requests',
      ]);
      expect(server.openInterruptPorts).to.equal(0);
      expect(await ask(road, '*IDN?')).to.equal(IDENTITY);
    });
  });
});
