import { expect } from 'chai';
import type { Link } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import { toProblem } from '../../core/errors.js';
import { seededRandom } from '../../core/random.js';
import { createLinks } from '../../managers/links/registry.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { BenchOnPorts, RawClient } from './bench-on-ports.js';
import { until } from './online-station.js';

const QUESTION = 'VOLT? (@1)';
const ANSWER = '+0.00000000E+00';
const IDENTITY = /^Keysight Technologies,E36313A,/;

describe('a simulated bench on real ports', () => {
  let bench: BenchOnPorts;
  let resources: readonly string[];
  const closing: (() => unknown)[] = [];

  before(async () => {
    bench = new BenchOnPorts({
      instruments: {
        psu: { driver: 'keysight-e36300', model: 'E36313A' },
        rack: { driver: 'fluke-5502e' },
        meter: { driver: 'keithley-2000', noise: 0, measuringMs: 0 },
        follower: {
          driver: 'keithley-2000',
          noise: 0,
          measuringMs: 0,
          follows: { instrument: 'rack', parameter: 'output', scale: 2 },
        },
      },
      servers: [
        { protocol: 'socket', port: 0, instrument: 'psu' },
        { protocol: 'socket', port: 0, instrument: 'meter' },
        { protocol: 'socket', port: 0, instrument: 'rack' },
        { protocol: 'socket', port: 0, instrument: 'follower' },
        { protocol: 'vxi11', port: 0, devices: { inst0: 'psu' } },
        { protocol: 'hislip', port: 0, devices: { hislip0: 'psu' } },
        { protocol: 'prologix', port: 0, addresses: { 5: 'psu' } },
      ],
      seed: 1,
    });
    resources = await bench.start();
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await bench.turn('setPower', 'psu', { value: true });
    await bench.turn('clearFaults', 'psu');
  });

  after(() => bench.stop());

  const portOf = (index: number): number => Number(resources[index]?.split('::')[2]);
  const client = async (index = 0): Promise<RawClient> => {
    const raw = await RawClient.to(portOf(index));
    closing.push(() => {
      raw.close();
    });
    return raw;
  };
  const fault = (kind: string, more = {}) => bench.turn('addFault', 'psu', { kind, ...more });

  it('tells by what its instruments are reached', () => {
    expect(resources.map((resource) => resource.replace(/\d{4,5}/, 'PORT'))).to.deep.equal([
      ...Array<string>(4).fill('TCPIP0::127.0.0.1::PORT::SOCKET'),
      'TCPIP0::127.0.0.1,PORT::inst0::INSTR',
      'TCPIP0::127.0.0.1::hislip0,PORT::INSTR',
      'PRLGX-TCPIP0::127.0.0.1::PORT::INTFC',
    ]);
  });

  describe('whose knobs are turned, on a raw socket', () => {
    it('is silent, and does what it is told', async () => {
      const raw = await client();
      await fault('silent', { times: 1 });
      expect(await raw.ask(`VOLT 3,(@1);${QUESTION}`, 300)).to.equal('');
      expect(await raw.ask(QUESTION)).to.equal('+3.00000000E+00');
      expect(await raw.ask('*RST;*OPC?')).to.equal('1');
    });

    it('is slow', async () => {
      const raw = await client();
      await fault('slow', { ms: 300, times: 1 });
      expect(await raw.ask(QUESTION, 200)).to.equal('');
      expect(await raw.hear(1_000)).to.equal(ANSWER);
    });

    it('is late: the answer to the first question comes before that to the second', async () => {
      const raw = await client();
      await fault('late', { ms: 300 });
      expect(await raw.ask(QUESTION, 100)).to.equal('');
      raw.tell('*OPC?');
      const [first, second] = [await raw.hear(), await raw.hear(50)];
      expect(`${first}\n${second}`.trim()).to.equal(`${ANSWER}\n1`);
    });

    it('answers with garbage', async () => {
      const raw = await client();
      await fault('garbage', { times: 1 });
      expect(await raw.ask(QUESTION)).to.match(/^[\x80-\xff]{15}$/);
      expect(await raw.ask(QUESTION)).to.equal(ANSWER);
    });

    it('gives part of an answer', async () => {
      const raw = await client();
      await fault('partial', { times: 1 });
      expect(await raw.ask(QUESTION, 300)).to.equal(ANSWER.slice(0, 8));
      expect(raw.ended).to.equal(undefined);
    });

    it('cuts the connection in mid-answer', async () => {
      const raw = await client();
      await fault('disconnect', { times: 1 });
      raw.tell(QUESTION);
      await until('the connection is cut', () => raw.ended !== undefined);
      expect(await raw.hear(0)).to.equal(ANSWER.slice(0, 8));
    });

    it('is power-cycled: cut, refused, and there again with nothing of what was set', async () => {
      const raw = await client();
      await raw.ask('VOLT 3,(@1);*ESR?');
      await bench.turn('powerCycle', 'psu', { offMs: 300 });
      await until('the connection is cut', () => raw.ended !== undefined);
      const refused: unknown = await client().then(
        (early) => until('the early client is cut', () => early.ended !== undefined),
        () => undefined,
      );
      expect(refused).to.equal(undefined);
      expect(bench.newest('psu/power')).to.equal(false);
      await new Promise((resolve) => setTimeout(resolve, 350));
      expect(await (await client()).ask(`*ESR?;${QUESTION}`)).to.equal(`128;${ANSWER}`);
    });

    it('is power-cycled by a question', async () => {
      const raw = await client();
      await fault('power-cycle', { ms: 100, times: 1 });
      raw.tell(QUESTION);
      await until('the connection is cut', () => raw.ended !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(await (await client()).ask('*ESR?')).to.equal('128');
    });

    it('has entries in its error queue', async () => {
      const raw = await client();
      await bench.turn('pushError', 'psu', { code: -310, text: 'System error' });
      await fault('error', { code: 301, text: 'Fan failure', times: 1 });
      expect(await raw.ask('SYST:ERR?')).to.equal('-310,"System error"');
      expect(await raw.ask('SYST:ERR?')).to.equal('301,"Fan failure"');
      expect(await raw.ask('SYST:ERR?')).to.equal('+0,"No error"');
    });

    it('has a load', async () => {
      const raw = await client();
      await bench.turn('setLoad', 'psu', { output: 2, ohms: 10 });
      raw.tell('VOLT 20,(@2);CURR 0.5,(@2);OUTP 1,(@2)');
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(Number(await raw.ask('MEAS:VOLT? (@2)'))).to.be.closeTo(5, 0.01);
      expect(await raw.ask('STAT:QUES:INST:ISUM2:COND?')).to.equal('1');
      await raw.ask('*RST;*OPC?');
    });

    it('has something at the terminals of a meter', async () => {
      await bench.turn('setInput', 'meter', { value: -1.25 });
      expect(Number(await (await client(1)).ask('READ?'))).to.equal(-1.25);
    });

    it('has a meter that follows another instrument', async () => {
      const [rack, follower] = [await client(2), await client(3)];
      expect(await rack.ask('OUT 5 V;OPER;*OPC?')).to.equal('1');
      expect(Number(await follower.ask('READ?'))).to.equal(10);
      expect(await rack.ask('STBY;*OPC?')).to.equal('1');
      expect(Number(await follower.ask('READ?'))).to.equal(0);
    });

    it('tells who is connected, and what was said', async () => {
      const raw = await client();
      await raw.ask(QUESTION);
      await until('the connection is shown', () => bench.newest('psu/connections') === 1);
      await until('the message is shown', () => bench.newest('psu/lastMessage') === QUESTION);
    });
  });

  const roads = { 'a raw socket': 0, 'VXI-11': 4, HiSLIP: 5, 'a Prologix-style adapter': 6 } as const;
  for (const [name, index] of Object.entries(roads))
    describe(`to our own link over ${name}`, () => {
      const call = (ms = 5_000): Call => ({
        signal: new AbortController().signal,
        deadline: systemClock.monotonic() + ms,
      });
      const open = async (): Promise<Link> => {
        const adapter = resources[index] ?? '';
        const resource = adapter.startsWith('PRLGX') ? 'GPIB0::5::INSTR' : adapter;
        const boards = { 0: adapter };
        const context = { clock: systemClock, random: seededRandom(1), log: new MemoryLog(), boards };
        const links = createLinks({ ...context, claim: () => () => undefined });
        const link = await links.open(resource, { timeoutMs: 300 }, call());
        closing.push(() => link.close());
        return link;
      };
      const outcome = (link: Link, question: string): Promise<string> =>
        link.query(question, call()).catch((thrown: unknown) => toProblem(thrown).code);
      /** As a manager does: it asks until it is answered, each time on a new link where the old one was lost. */
      const answered = async (question: string): Promise<string> => {
        let answer = '';
        for (let round = 0; round < 20 && !/^[A-Z]\w+ |^[+\d]/.test(answer); round += 1) {
          answer = await open().then(
            (link) => outcome(link, question),
            (thrown: unknown) => toProblem(thrown).code,
          );
        }
        return answer;
      };

      for (const kind of ['silent', 'late', 'partial'])
        it(`is ${kind}, and no later question gets that answer`, async () => {
          const link = await open();
          await fault(kind, { times: 1, ...(kind === 'late' ? { ms: 500 } : {}) });
          expect(await outcome(link, '*IDN?')).to.equal('TIMEOUT');
          expect(await answered(QUESTION)).to.equal(ANSWER);
          expect(await answered('*OPC?')).to.equal('1');
        });

      it('is slow within the time there is', async () => {
        const link = await open();
        await fault('slow', { ms: 150, times: 1 });
        expect(await outcome(link, '*IDN?')).to.match(IDENTITY);
      });

      it('answers with garbage, which is handed on as it came', async () => {
        const link = await open();
        await fault('garbage', { times: 1 });
        expect(await outcome(link, QUESTION)).to.match(/^[\x80-\xff]{15}$/);
        expect(await outcome(link, QUESTION)).to.equal(ANSWER);
      });

      it('cuts the connection in mid-answer, and is there again', async () => {
        const link = await open();
        await fault('disconnect', { times: 1 });
        expect(await outcome(link, QUESTION)).to.be.oneOf(['DISCONNECTED', 'TIMEOUT']);
        expect(await answered(QUESTION)).to.equal(ANSWER);
      });

      it('is power-cycled, and there again', async () => {
        await open();
        await bench.turn('powerCycle', 'psu', { offMs: 100 });
        await new Promise((resolve) => setTimeout(resolve, 150));
        expect(await answered('*ESR?')).to.equal('128');
      });
    });
}).timeout(20_000);
