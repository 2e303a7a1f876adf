import { expect } from 'chai';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createScpiSocketServer } from '../../simulators/servers/scpi-socket/scpi-socket-server.js';
import { systemClock } from '../../station/system-clock.js';
import { ScriptedInstrument } from '../simulators/servers/scripted-instrument.js';
import { MemoryLog } from '../support/memory-log.js';
import { lxiRaw, pyvisa } from './foreign-client.js';
import { simulatedSupply, SUPPLY_IDENTITY } from './simulated-supply.js';

/** Questions in one line, more than lxi-tools sends. */
const MANY = Array.from({ length: 100 }, () => '*IDN?').join(';');

describe('a simulated supply on a raw socket', () => {
  let supply: SimulatedInstrument;
  let server: InstrumentServer;
  let resource: string;
  let port: number;
  beforeEach(async () => {
    supply = simulatedSupply();
    const options = { host: '127.0.0.1', port: 0, instrument: supply };
    server = createScpiSocketServer(options, { clock: systemClock, log: new MemoryLog() });
    [resource = ''] = await server.start();
    port = Number(resource.split('::')[2]);
  });
  afterEach(async () => {
    supply.close();
    await server.stop();
  });

  describe('to pyvisa-py', () => {
    it('says who it is', async () => {
      expect((await pyvisa(resource, ['*IDN?']))[0]).to.match(SUPPLY_IDENTITY);
    });

    it('is set, switched on, and measured', async () => {
      const requests = [
        'VOLT 5,(@2)',
        'CURR 0.5,(@2)',
        'OUTP 1,(@2)',
        '*OPC?',
        'VOLT? (@2)',
        'OUTP? (@2)',
        'SYST:ERR?',
      ];
      const [done, setpoint, output, error] = await pyvisa(resource, requests);
      expect([done, Number(setpoint), output]).to.deep.equal(['1', 5, '1']);
      expect(error).to.equal('+0,"No error"');
      expect(Number((await pyvisa(resource, ['MEAS:VOLT? (@2)']))[0])).to.be.within(4.9, 5.1);
    });

    it('carries a large transfer both ways', async () => {
      const echo = new ScriptedInstrument((line) => line);
      const options = { host: '127.0.0.1', port: 0, instrument: echo };
      const other = createScpiSocketServer(options, { clock: systemClock, log: new MemoryLog() });
      try {
        const [at = ''] = await other.start();
        const question = `ECHO? ${'0123456789abcdef'.repeat(6_250)}`; // as long as an argument of a program may be
        const [answer] = await pyvisa(at, [question]);
        expect(answer === question).to.equal(true);
      } finally {
        await other.stop();
      }
    });

    it('lets a query time out, and answers the next one on a new connection', async () => {
      supply.faults.add({ kind: 'silent', times: 1 });
      expect(await pyvisa(resource, ['*IDN?'], 300)).to.deep.equal(['VI_ERROR_TMO: *IDN?']);
      expect((await pyvisa(resource, ['*IDN?']))[0]).to.match(SUPPLY_IDENTITY);
    });

    it('serves many clients at once', async () => {
      const all = await Promise.all(Array.from({ length: 4 }, () => pyvisa(resource, ['*IDN?', 'VOLT? (@1)'])));
      for (const [identity] of all) expect(identity).to.match(SUPPLY_IDENTITY);
    });
  });

  describe('to lxi-tools', () => {
    it('says who it is', async () => {
      expect(await lxiRaw(port, '*IDN?')).to.match(SUPPLY_IDENTITY);
    });

    it('is set, and read back', async () => {
      await lxiRaw(port, 'VOLT 3.3,(@3)');
      expect(Number(await lxiRaw(port, 'VOLT? (@3)'))).to.be.closeTo(3.3, 1e-6);
    });

    it('carries as large an answer as it can ask for', async () => {
      const cutAt = 500; // lxi-tools sends no more of a command
      const answer = await lxiRaw(port, MANY.slice(0, cutAt).replace(/;[^?]*$/, ''));
      expect(answer.split(';')).to.have.lengthOf(83);
    });

    it('lets a query time out, and answers the next one', async () => {
      supply.faults.add({ kind: 'silent', times: 1 });
      const failed = await lxiRaw(port, '*IDN?', 1).catch((thrown: unknown) => String(thrown));
      expect(failed).to.match(/timeout|timed out|failed/i);
      expect(await lxiRaw(port, '*IDN?')).to.match(SUPPLY_IDENTITY);
    });
  });
});
