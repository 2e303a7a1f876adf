import { once } from 'node:events';
import { connect } from 'node:net';
import { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { Output, Reading } from '../../core/message.js';
import { seededRandom } from '../../core/random.js';
import { createLinks } from '../../managers/links/registry.js';
import { createCompiler } from '../../schemas/compiler.js';
import { createInstrument } from '../../simulators/instrument/create-instrument.js';
import type { InstrumentServer } from '../../simulators/instrument/instrument.js';
import type { SimulatedInstrument } from '../../simulators/instrument/simulated-instrument.js';
import { createPrologixServer } from '../../simulators/servers/prologix/prologix-server.js';
import { createVxi11Server } from '../../simulators/servers/vxi11/vxi11-server.js';
import { allKinds } from '../../station/all-kinds.js';
import { checkConfig } from '../../station/config/check-config.js';
import { readTree } from '../../station/config/yaml-tree.js';
import { driverFiles } from '../../station/driver-files.js';
import { LogRing } from '../../station/log/log-ring.js';
import { Station } from '../../station/station.js';
import { MemoryLog } from '../support/memory-log.js';
import { OnlineClient } from '../support/online-client.js';
import { overheard, type Heard } from './overheard.js';

/** What leads from a station to the GPIB. */
export type Adapter = 'Prologix-style adapter' | 'VXI-11 gateway';

/** How fast the simulated supply moves, V/s: 1 kV within the 2 s that setting takes. */
const RAMP_V_PER_S = 1_000;

/** The HV rack in simulated instruments, an adapter with a port of its own, and a station with the words of Online in front. */
export class TroitskRack {
  readonly calibrator: SimulatedInstrument;
  readonly voltmeter: SimulatedInstrument;
  /** What reached the instruments, in order. */
  readonly heard: Heard[] = [];
  readonly outputs: Output[] = [];
  readonly log = new QuietLog();
  readonly #clock: Clock;
  readonly #adapter: Adapter;
  readonly #random = seededRandom(1);
  #server: InstrumentServer | undefined;
  #port = 0;
  #station: Station | undefined;
  #onlinePort = 0;
  #bus: Bus | undefined;
  readonly #clients: OnlineClient[] = [];

  constructor(adapter: Adapter, clock: Clock) {
    this.#adapter = adapter;
    this.#clock = clock;
    const shared = { clock, random: this.#random };
    this.calibrator = createInstrument({ name: 'calibrator', file: driverFiles.read('fluke-5502e'), ...shared });
    const { calibrator } = this;
    this.voltmeter = createInstrument({
      name: 'voltmeter',
      file: driverFiles.read('agilent-34401a'),
      ...shared,
      follows: {
        instrument: 'calibrator',
        parameter: 'output',
        scale: 3500.5048,
        offset: 1.2632,
        rampPerS: RAMP_V_PER_S,
        divider: -4050.65,
      },
      source: {
        value: () => (this.calibrator.read('operating', undefined) === true ? this.controlVolts : undefined),
        beforeChanges: calibrator.beforeChanges,
      },
    });
  }

  /** What the calibrator is programmed to; 0 V after it was switched on. */
  get controlVolts(): number {
    return Number(this.calibrator.read('output', undefined) ?? 0);
  }

  /** Plugs the adapter in; the station finds it where it was before. */
  async plugIn(): Promise<void> {
    const { heard } = this;
    const place = { host: '127.0.0.1', port: this.#port };
    const context = { clock: this.#clock, log: this.log };
    const calibrator = overheard(this.calibrator, this.#clock, heard);
    const voltmeter = overheard(this.voltmeter, this.#clock, heard);
    this.#server =
      this.#adapter === 'VXI-11 gateway'
        ? createVxi11Server({ ...place, devices: { 'gpib0,4': calibrator, 'gpib0,20': voltmeter } }, context)
        : createPrologixServer({ ...place, addresses: { 4: calibrator, 20: voltmeter } }, context);
    const [resource = ''] = await this.#server.start();
    this.#port = Number(/[:,](\d{4,5})::/.exec(resource)?.[1]);
  }

  async unplug(): Promise<void> {
    await this.#server?.stop();
  }

  /** `options`: more lines of the manager `hv`. */
  async startStation(options = ''): Promise<void> {
    const clock = this.#clock;
    const board =
      this.#adapter === 'VXI-11 gateway'
        ? `TCPIP::127.0.0.1,${this.#port}::gpib0::INSTR`
        : `PRLGX-TCPIP::127.0.0.1::${this.#port}::INTFC`;
    const text = `
station: { gpib: { 0: '${board}' } }
managers:
  hv: { kind: hv, driver: fluke-agilent, limits: { minimum: 0, maximum: 20000 }, ${options} }
connectors:
  online: { kind: envelope-tcp, port: 0, dialect: online, blocks: { 1: hv/1 } }
`;
    const checked = await checkConfig(readTree(text, { env: {}, readSecret: () => '' }), allKinds);
    if (!('config' in checked)) throw new Error(JSON.stringify(checked.problems));
    const { config } = checked;
    const bus = new Bus({ clock });
    this.#bus = bus;
    bus.outputs.subscribe((output) => this.outputs.push(output));
    const parts = { clock, random: this.#random, log: this.log };
    this.#station = new Station({
      ...parts,
      config,
      registries: allKinds,
      bus,
      logRing: new LogRing(10),
      compile: createCompiler(),
      links: createLinks({ ...parts, boards: config.station.gpib, claim: () => () => undefined }),
      loopDelay: { take: () => ({ p99Ms: 0, longestMs: 0 }), stop: () => undefined },
      memory: () => ({ rssBytes: 1, heapUsedBytes: 1 }),
      version: '0',
      facts: {},
      readConfig: () => Promise.reject(new Error('it is not reloaded')),
    });
    const listeners = await this.#station.start();
    this.#onlinePort = Number(new URL(listeners.find(({ name }) => name === 'online')?.url ?? '').port);
  }

  async stopStation(): Promise<void> {
    for (const { stream } of this.#clients.splice(0)) stream.destroy();
    const station = this.#station;
    this.#station = undefined;
    await station?.stop();
  }

  async online(): Promise<OnlineClient> {
    const socket = connect(this.#onlinePort, '127.0.0.1');
    await once(socket, 'connect');
    const client = new OnlineClient(socket);
    this.#clients.push(client);
    return client;
  }

  /** STOP ALL, as the console and `busbar stop-all` send it to the rack. */
  makeSafe(): void {
    this.#bus?.submit({
      manager: 'hv',
      command: 'makeSafe',
      arguments: {},
      origin: { connector: 'test', peer: 'a person' },
    });
  }

  newest(parameter: 'voltage' | 'voltageSetpoint'): Reading | undefined {
    return this.#bus?.snapshot().find(({ topic }) => topic === `hv/1/${parameter}`);
  }

  /** `online` and `offline`, in order. */
  get states(): readonly string[] {
    return this.outputs.flatMap((output) =>
      output.type === 'event' && output.manager === 'hv' && ['online', 'offline'].includes(output.event)
        ? [output.event]
        : [],
    );
  }

  async end(): Promise<void> {
    await this.stopStation();
    await this.unplug();
    this.calibrator.close();
    this.voltmeter.close();
  }
}

/** A log that is not asked for wire traffic. */
class QuietLog extends MemoryLog {
  override isDebug = (): boolean => false;
  override child = (): this => this;
  readonly setLevel = (): void => undefined;
}
