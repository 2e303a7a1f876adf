import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Instrument, InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { systemClock } from '../../station/system-clock.js';
import { ScriptedInstrument } from '../simulators/servers/scripted-instrument.js';
import { MemoryLog } from '../support/memory-log.js';
import { lxiVxi11, python, pyvisa } from './foreign-client.js';
import { until } from './online-station.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

/** Both clients ask the portmapper on 111; an address of its own leaves that of 127.0.0.1 to others. Port 111 takes root. */
const HOST = '127.0.111.1';
const BLOCK_BYTES = 2 << 20;

/** Answers `CURV?` with a block of every byte there is, LF among them, and `ECHO?` with what it was sent. */
const createScope = (): ScriptedInstrument => {
  const samples = Buffer.from(Uint8Array.from({ length: BLOCK_BYTES }, (_, index) => index & 0xff)).toString('latin1');
  const block = `#7${BLOCK_BYTES}${samples}`;
  return new ScriptedInstrument((line) => {
    if (line === '*IDN?') return 'scope';
    if (line.startsWith('ECHO? ')) return line;
    return line === 'CURV?' ? block : undefined;
  });
};

describe('simulated instruments over VXI-11', () => {
  let supply: SimulatedInstrument;
  let behindGateway: SimulatedInstrument;
  let scope: ScriptedInstrument;
  let server: InstrumentServer;
  let folder: string;
  let resources: readonly string[];
  const supplyResource = `TCPIP::${HOST}::INSTR`;
  const scopeResource = `TCPIP::${HOST}::inst1::INSTR`;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'busbar-vxi11-'));
    supply = simulatedSupply();
    behindGateway = simulatedSupply();
    scope = createScope();
    const devices: { [name: string]: Instrument } = { inst0: supply, inst1: scope, 'gpib0,5': behindGateway };
    const options = { host: HOST, port: 0, portmapper: true, devices };
    server = createVxi11Server(options, { clock: systemClock, log: new MemoryLog() });
    resources = await server.start();
  });
  afterEach(async () => {
    for (const instrument of [supply, behindGateway]) instrument.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });
  const fileWith = async (text: string): Promise<string> => {
    const file = join(folder, 'request');
    await writeFile(file, text);
    return file;
  };

  describe('to pyvisa-py', () => {
    it('say who they are, by the names that the server gives', async () => {
      expect(resources).to.deep.equal(['inst0', 'inst1', 'gpib0,5'].map((name) => `TCPIP0::${HOST}::${name}::INSTR`));
      const [first, second, third] = await Promise.all(resources.map((resource) => pyvisa(resource, ['*IDN?'])));
      expect(first?.[0]).to.match(SUPPLY_IDENTITY);
      expect(second?.[0]).to.equal('scope');
      expect(third?.[0]).to.match(SUPPLY_IDENTITY);
    });

    it('are set, switched on, and measured', async () => {
      const requests = [
        'VOLT 5,(@2)',
        'CURR 0.5,(@2)',
        'OUTP 1,(@2)',
        '*OPC?',
        'VOLT? (@2)',
        'OUTP? (@2)',
        'SYST:ERR?',
      ];
      const [done, setpoint, output, error] = await pyvisa(supplyResource, requests);
      expect([done, Number(setpoint), output, error]).to.deep.equal(['1', 5, '1', '+0,"No error"']);
      expect(Number((await pyvisa(supplyResource, ['MEAS:VOLT? (@2)']))[0])).to.be.within(4.9, 5.1);
      expect(behindGateway.read('enabled', 2)).to.equal(false);
    });

    it('have a status byte that says what is waiting', async () => {
      const requests = ['STB', 'NONSENSE', 'STB', '*CLS', 'STB', '*ESE 32', '*SRE 32', 'NONSENSE', 'STB', 'STB'];
      // 4: error queue; 0x20: event status; 0x40: asks for service, once
      expect(await pyvisa(supplyResource, requests)).to.deep.equal([0, 4, 0, 0x64, 0x24]);
    });

    it('forget by a device clear what they wanted to say, and what they were half told', async () => {
      const [stb, clear, answer] = await pyvisa(
        supplyResource,
        ['*TRG?', 'STB', 'CLEAR', 'STB', '*CLS', 'VOLT? (@1)'],
        300,
      );
      expect([stb, clear, answer]).to.deep.equal(['VI_ERROR_TMO: *TRG?', 4, 4]);
    });

    it('are spoken to as the page says', async () => {
      const page = await readFile(new URL('../../docs/protocols/vxi11.md', import.meta.url), 'utf8');
      const program = /```python\n([^]*?)```/.exec(page)?.[1]?.replace('127.0.0.1', HOST) ?? '';
      const [identity, statusByte] = (await python(program)).trimEnd().split('\n');
      expect(identity).to.match(SUPPLY_IDENTITY);
      expect(statusByte).to.equal('0');
      expect(supply.read('voltageSetpoint', 2)).to.equal(5);
    });

    it('are triggered', async () => {
      expect(await pyvisa(scopeResource, ['*IDN?', 'TRIGGER', 'TRIGGER', '*IDN?'])).to.deep.equal(['scope', 'scope']);
      expect(scope.session.triggers).to.equal(2);
    });

    it('take a message of 1.5 MB, and give a line of 1.5 MB', async () => {
      const question = `ECHO? ${'0123456789abcdef'.repeat(98_304)}`;
      const [answer] = await pyvisa(scopeResource, [`FILE ${await fileWith(question)}`], 20_000);
      expect(answer === question).to.equal(true);
    });

    it('give a block of 2 MB with every byte in it', async () => {
      const expected = [BLOCK_BYTES, BLOCK_BYTES * 127.5];
      expect(await pyvisa(scopeResource, ['BLOCK CURV?', '*IDN?'])).to.deep.equal([expected, 'scope']);
    });

    it('time out with the error of VISA for it, and answer the next question on the same link', async () => {
      supply.faults.add({ kind: 'silent', times: 1 });
      const startedAt = Date.now();
      const answers = await pyvisa(supplyResource, ['*IDN?', 'OUTP? (@1)'], 300);
      expect(answers).to.deep.equal(['VI_ERROR_TMO: *IDN?', '0']);
      expect(Date.now() - startedAt).to.be.below(3_000);
    });

    it('have an answer that came late in the link until it is read, or cleared away', async () => {
      supply.faults.add({ kind: 'late', ms: 600, times: 1 });
      const [late, identity] = await pyvisa(supplyResource, ['*IDN?', 'READ'], 400);
      expect(late).to.equal('VI_ERROR_TMO: *IDN?');
      expect(identity).to.match(SUPPLY_IDENTITY);
      supply.faults.add({ kind: 'late', ms: 300, times: 1 });
      expect(await pyvisa(supplyResource, ['*IDN?', 'CLEAR', 'OUTP? (@1)'], 150)).to.deep.equal([
        'VI_ERROR_TMO: *IDN?',
        '0',
      ]);
    });

    it('stop at the termination character that the client has set', async () => {
      const answers = await pyvisa(supplyResource, ['UPTO , *IDN?', 'READ', 'CLEAR', 'OUTP? (@1)'], 300);
      expect([answers[0], String(answers[1]).slice(0, 9), answers[2]]).to.deep.equal([
        'Keysight Technologies',
        'E36313A,M',
        '0',
      ]);
    });

    it('keep the answers of two links apart', async () => {
      const requests = ['VOLT 3,(@1)', '#2 VOLT? (@1)', '#2 VOLT 4,(@1)', 'VOLT? (@1)', '#2 *IDN?'];
      const [second, first, identity] = await pyvisa(supplyResource, requests);
      expect([Number(second), Number(first)]).to.deep.equal([3, 4]);
      expect(identity).to.match(SUPPLY_IDENTITY);
    });

    it('serve many clients at once', async () => {
      const all = await Promise.all(Array.from({ length: 4 }, () => pyvisa(supplyResource, ['*IDN?', 'VOLT? (@1)'])));
      for (const [identity] of all) expect(identity).to.match(SUPPLY_IDENTITY);
      await until('all links are gone', () => supply.connections === 0);
    });

    it('are locked by one link against the others, until it lets go', async () => {
      const requests = ['LOCK', '#2 LOCK', '#2 OUTP? (@1)', 'OUTP? (@1)', 'UNLOCK', 'UNLOCK', '#2 OUTP? (@1)'];
      expect(await pyvisa(supplyResource, requests)).to.deep.equal([
        'VI_ERROR_RSRC_LOCKED: LOCK',
        'VI_ERROR_IO: OUTP? (@1)',
        '0',
        'VI_ERROR_SESN_NLOCKED: UNLOCK',
        '0',
      ]);
    });

    it('are free again when the client that locked them is gone', async () => {
      await pyvisa(supplyResource, ['LOCK']);
      expect(await pyvisa(supplyResource, ['OUTP? (@1)'])).to.deep.equal(['0']);
    });

    it('refuse a device that is not there', async () => {
      const failure = await pyvisa(`TCPIP::${HOST}::gpib0,6::INSTR`, ['*IDN?']).catch(String);
      expect(failure).to.include('error creating link: 3');
    });

    it('refuse everybody while they are switched off', async () => {
      behindGateway.switchOff();
      const failure = await pyvisa(`TCPIP::${HOST}::gpib0,5::INSTR`, ['*IDN?']).catch(String);
      expect(failure).to.include('error creating link: 3');
      behindGateway.switchOn();
      expect((await pyvisa(`TCPIP::${HOST}::gpib0,5::INSTR`, ['*IDN?']))[0]).to.match(SUPPLY_IDENTITY);
    });
  });

  describe('to lxi-tools', () => {
    it('say who they are', async () => {
      expect(await lxiVxi11(HOST, '*IDN?')).to.match(SUPPLY_IDENTITY);
    });

    it('are set, and read back', async () => {
      await lxiVxi11(HOST, 'VOLT 3.3,(@3)');
      expect(Number(await lxiVxi11(HOST, 'VOLT? (@3)'))).to.be.closeTo(3.3, 1e-6);
    });

    it('let a query time out, and answer the next one', async () => {
      supply.faults.add({ kind: 'silent', times: 1 });
      const failed = await lxiVxi11(HOST, '*IDN?', 1).catch(String);
      expect(failed).to.match(/timeout|timed out|failed|error/i);
      expect(await lxiVxi11(HOST, '*IDN?')).to.match(SUPPLY_IDENTITY);
    });
  });
});
