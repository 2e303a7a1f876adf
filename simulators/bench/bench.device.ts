import type { Clock } from '../../core/clock.js';
import type { Device } from '../../core/device.js';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { ChannelId } from '../../core/message.js';
import type { Random } from '../../core/random.js';
import { createInstrument } from '../instrument/create-instrument.js';
import type { InstrumentServer } from '../instrument/instrument.js';
import type { Source } from '../instrument/meter-physics.js';
import type { SimulatedInstrument } from '../instrument/simulated-instrument.js';
import type { BenchPlan, PlannedInstrument } from './bench.plan.js';

export type BenchContext = {
  readonly plan: BenchPlan;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the servers for these instruments. */
  readonly createServers: (find: (name: string) => SimulatedInstrument) => readonly InstrumentServer[];
};

/** Simulated instruments and the ports on which they are played. They begin anew, as after switching on, when it is opened. */
export class Bench implements Device {
  readonly #context: BenchContext;
  readonly #instruments = new Map<string, SimulatedInstrument>();
  #servers: readonly InstrumentServer[] = [];
  #resources: readonly string[] = [];
  #isClosed = false;

  constructor(context: BenchContext) {
    this.#context = context;
    for (const planned of context.plan.values()) this.#instruments.set(planned.name, this.#create(planned));
  }

  /** By what clients reach the instruments. */
  get resources(): readonly string[] {
    return this.#resources;
  }

  readonly names = (): readonly string[] => [...this.#instruments.keys()];

  instrument(name: string): SimulatedInstrument {
    const found = this.#instruments.get(name);
    if (found === undefined) throw new HardwareError('UNKNOWN_CHANNEL', `there is no instrument ${name}`);
    return found;
  }

  /** What hangs on its outputs: on one of them, or on all; the only one of a supply without channels has any name. Errors: DEVICE_FAULT when it has none of that name. */
  setLoad(name: string, output: ChannelId | undefined, ohms: number): void {
    const { loads } = this.instrument(name);
    if (loads === undefined) throw new HardwareError('DEVICE_FAULT', `${name} is no supply: it has no outputs to load`);
    const isMeant = (each: ChannelId | undefined): boolean =>
      output === undefined || each === undefined || String(each) === String(output);
    const outputs = loads.outputs.filter(isMeant);
    if (outputs.length === 0)
      throw new HardwareError(
        'DEVICE_FAULT',
        `${name} has no output ${output ?? ''}; it has ${loads.outputs.join(', ')}`,
      );
    for (const each of outputs) loads.set(each, { ohms });
  }

  /** What is at the terminals of a meter. Errors: DEVICE_FAULT when it is none, or follows another instrument. */
  setInput(name: string, value: number): void {
    const { setInput } = this.instrument(name);
    if (setInput === undefined)
      throw new HardwareError(
        'DEVICE_FAULT',
        `${name} has no input to set: it is no meter, or follows another instrument`,
      );
    setInput(value);
  }

  async open(): Promise<void> {
    this.#servers = this.#context.createServers((name) => this.instrument(name));
    // All at once: whoever of this station wants to reach one shall not find it closed because others came before it.
    const starts = await Promise.allSettled(this.#servers.map((server) => server.start()));
    for (const start of starts) {
      if (start.status === 'fulfilled') continue;
      await this.#stopServers();
      throw new HardwareError('DISCONNECTED', toProblem(start.reason).message, { cause: start.reason });
    }
    this.#resources = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
    if (this.#isClosed) await this.#stopServers();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const instrument of this.#instruments.values()) instrument.close();
    await this.#stopServers();
  }

  async #stopServers(): Promise<void> {
    this.#resources = [];
    await Promise.allSettled(this.#servers.map((server) => server.stop()));
  }

  #create({ name, options, blueprint, loads, faults }: PlannedInstrument): SimulatedInstrument {
    const { clock, random } = this.#context;
    const { model, serial, follows, input, noise, measuringMs } = options;
    const instrument = createInstrument(
      {
        name,
        file: blueprint.driver.file,
        clock,
        random,
        meter: withoutUndefined({ input, noise, measuringMs }),
        ...withoutUndefined({ model, serial, follows }),
        ...(follows === undefined ? {} : { source: this.#source(follows) }),
      },
      blueprint,
    );
    for (const [output, load] of loads) instrument.loads?.set(output, load);
    instrument.faults.replace(faults);
    return instrument;
  }

  /** The plan has it made before the one that follows it. */
  #source({ instrument, parameter, channel }: { instrument: string; parameter: string; channel?: ChannelId }): Source {
    const source = this.instrument(instrument);
    return {
      value: () => {
        const isStandby = source.read('operating', undefined) === false;
        const value = source.read(parameter, channel);
        return typeof value === 'number' && !isStandby ? value : undefined;
      },
      beforeChanges: source.beforeChanges,
    };
  }
}

/** The options that are there: an absent one is not the same as an undefined one. */
const withoutUndefined = <Options extends object>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: Exclude<Options[Name], undefined>;
  };
