import { expect } from 'chai';
import type { Json, JsonObject } from '../../core/json-value.js';
import { BenchOnPorts } from './bench-on-ports.js';
import { until } from './online-station.js';
import { WiredStation } from './wired-station.js';

/** The servers of a bench, and how what they give begins. */
const roads: Readonly<Record<string, { readonly server: JsonObject; readonly resource: RegExp }>> = {
  'a raw socket': {
    server: { protocol: 'socket', port: 0, instrument: 'supply' },
    resource: /^TCPIP0::127\.0\.0\.1::\d+::SOCKET$/,
  },
  'VXI-11': {
    server: { protocol: 'vxi11', port: 0, devices: { inst0: 'supply' } },
    resource: /^TCPIP0::127\.0\.0\.1,\d+::inst0::INSTR$/,
  },
  HiSLIP: {
    server: { protocol: 'hislip', port: 0, devices: { hislip0: 'supply' } },
    resource: /^TCPIP0::127\.0\.0\.1::hislip0,\d+::INSTR$/,
  },
};
const OUTPUT = 2;
const LOAD_OHMS = 10;

for (const [name, { server, resource: expected }] of Object.entries(roads)) {
  describe(`a station and its supply, over ${name}`, () => {
    let bench: BenchOnPorts;
    let station: WiredStation;
    let resource: string;

    beforeEach(async () => {
      const loads = { [OUTPUT]: LOAD_OHMS };
      bench = new BenchOnPorts({
        instruments: { supply: { driver: 'keysight-e36300', model: 'E36313A', loads } },
        servers: [server],
        seed: 1,
      });
      [resource = ''] = await bench.start();
      station = new WiredStation();
      await station.start({ psu: { kind: 'psu', driver: 'keysight-e36300', resource, pollMs: 50 } });
      await station.online('psu');
    });
    afterEach(async () => {
      await station.stop();
      await bench.stop();
    });

    const tell = (command: string, values: JsonObject = {}) => station.ask('psu', command, OUTPUT, values);
    const set = async (values: Readonly<Record<string, Json>>): Promise<void> => {
      for (const [parameter, value] of Object.entries(values)) {
        const answer = await tell(`set${parameter[0]?.toUpperCase() ?? ''}${parameter.slice(1)}`, { value });
        expect(answer, parameter).to.have.property('type', 'reply');
      }
    };
    const value = (parameter: string): Json | undefined => station.newest(`psu/${OUTPUT}/${parameter}`)?.value;
    const reaches = (parameter: string, wanted: (now: number) => boolean): Promise<void> =>
      until(`${parameter} is right`, () => wanted(Number(value(parameter))));
    const becomes = (parameter: string, wanted: string | number | boolean): Promise<void> =>
      until(`${parameter} is ${wanted}`, () => value(parameter) === wanted);
    const alarms = () => station.outputs.filter((output) => output.type === 'alarm');

    it('identifies, sets, reads back and measures', async () => {
      expect(resource).to.match(expected);
      await set({ currentLimit: 1, overVoltageLevel: 8, voltageSetpoint: 5, enabled: true });
      expect([value('voltageSetpoint'), value('currentLimit'), value('enabled')]).to.deep.equal([5, 1, true]);
      await reaches('voltage', (volts) => Math.abs(volts - 5) < 0.01);
      await reaches('current', (amperes) => Math.abs(amperes - 5 / LOAD_OHMS) < 0.01);
      await becomes('mode', 'cv');
      await set({ enabled: false });
      await reaches('voltage', (volts) => volts < 0.1);
    });

    it('refuses what the output cannot give, before the instrument sees it', async () => {
      const refusal = await tell('setVoltageSetpoint', { value: 26 });
      expect(refusal).to.have.nested.property('problem.code', 'OUT_OF_RANGE');
      await becomes('voltageSetpoint', 0);
    });

    it('sees a protection trip, stays off until it is cleared, and goes on', async () => {
      await set({ currentLimit: 1, voltageSetpoint: 5, enabled: true });
      await reaches('voltage', (volts) => volts > 4.9);
      await set({ overCurrentEnabled: true, currentLimit: 0.2 });
      await becomes('overCurrentTripped', true);
      await becomes('enabled', false);
      await until('the alarm', () => alarms().some(({ isActive }) => isActive));
      expect(await tell('setEnabled', { value: true })).to.have.property('type', 'failure');
      expect(value('enabled')).to.equal(false);

      await set({ currentLimit: 1 });
      expect(await tell('clearProtection')).to.have.property('type', 'reply');
      await becomes('overCurrentTripped', false);
      await until('the end of the alarm', () => alarms().at(-1)?.isActive === false);
      await set({ enabled: true });
      await reaches('voltage', (volts) => volts > 4.9);
      expect(value('overCurrentTripped')).to.equal(false);
    });

    it('is offline while the supply has no power, and switches nothing on when it is back', async () => {
      await set({ currentLimit: 1, voltageSetpoint: 5, enabled: true });
      await bench.turn('powerCycle', 'supply', { offMs: 300 });
      await until('it is offline', () => !station.isOnline('psu'));
      await station.online('psu');
      await becomes('enabled', false);
      await set({ voltageSetpoint: 3 });
      const [link] = await station.links();
      expect(link).to.include({ resource, isOpen: true, timeouts: 0, staleAnswers: 0 });
    });
  });
}
