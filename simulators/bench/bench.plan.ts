import type { DriverFiles } from '../../core/driver-file/driver-files.js';
import { channelId } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { ChannelId } from '../../core/message.js';
import { openLoad, type Load } from '../../core/physics/terminal-voltage.js';
import { blueprintOf, modelOf, type Blueprint } from '../instrument/create-instrument.js';
import type { Fault } from '../instrument/fault.js';
import { parseFault } from '../instrument/fault-words.js';
import type { BenchOptions, InstrumentOptions } from './bench.options.js';
import { instrumentsOf } from './bench.servers.js';

/** One instrument, ready to be made any number of times. */
export type PlannedInstrument = {
  readonly name: string;
  readonly options: InstrumentOptions;
  readonly blueprint: Blueprint;
  readonly loads: readonly (readonly [output: ChannelId | undefined, load: Load])[];
  readonly faults: readonly Fault[];
};

/** Instruments in an order in which each comes after the one that it follows. */
export type BenchPlan = ReadonlyMap<string, PlannedInstrument>;

/** Checks what a schema cannot say. Errors: BAD_ARGUMENT naming the option. */
export const benchPlan = (options: BenchOptions, drivers: DriverFiles): BenchPlan => {
  const blueprints = new Map<string, Blueprint>();
  const blueprintFor = (driver: string): Blueprint => {
    const blueprint = blueprints.get(driver) ?? blueprintOf(drivers.read(driver));
    blueprints.set(driver, blueprint);
    return blueprint;
  };
  const planned = Object.entries(options.instruments).map(([name, its]) => {
    return [name, planInstrument(name, its, blueprintFor(its.driver))] as const;
  });
  const isFollower = ([, { options: its }]: (typeof planned)[number]): boolean => its.follows !== undefined;
  const plan = new Map([...planned.filter((each) => !isFollower(each)), ...planned.filter(isFollower)]);
  for (const each of plan.values()) checkFollows(each, plan);
  for (const [index, server] of options.servers.entries()) {
    for (const name of Object.values(instrumentsOf(server))) {
      if (!plan.has(name))
        refuse(`servers.${index}: there is no instrument ${name}; there are: ${[...plan.keys()].join(', ')}`);
    }
  }
  return plan;
};

/** The answer to `*IDN?` is one line of four fields, with commas between them. */
const MAX_SERIAL = 64;
const SERIAL = new RegExp(`^[ -+\\--~]{1,${MAX_SERIAL}}$`);

const planInstrument = (name: string, options: InstrumentOptions, blueprint: Blueprint): PlannedInstrument => {
  const path = `instruments.${name}`;
  const model = naming(`${path}.model`, () => modelOf(blueprint.driver, options.model));
  if (options.serial !== undefined && !SERIAL.test(options.serial))
    refuse(`${path}.serial: ${JSON.stringify(options.serial)} is not 1..${MAX_SERIAL} ASCII characters without comma`);
  const outputs: readonly (ChannelId | undefined)[] = model.channels.length > 0 ? model.channels : [undefined];
  const loads = Object.entries(options.loads ?? {}).map(([key, load]) => {
    const output = model.channels.length > 0 ? channelId(key) : undefined;
    if (blueprint.driver.file.family !== 'psu')
      refuse(`${path}.loads: a ${blueprint.driver.file.family} has no outputs to load`);
    if (!outputs.includes(output)) refuse(`${path}.loads: there is no output ${key}; there are: ${outputs.join(', ')}`);
    return [output, typeof load === 'number' ? { ...openLoad, ohms: load } : { ...openLoad, ...load }] as const;
  });
  const faults = naming(`${path}.faults`, () => (options.faults ?? []).map(parseFault));
  return { name, options, blueprint, loads, faults };
};

const checkFollows = ({ name, options, blueprint }: PlannedInstrument, plan: BenchPlan): void => {
  const { follows } = options;
  if (follows === undefined) return;
  const path = `instruments.${name}.follows`;
  const { family } = blueprint.driver.file;
  if (family !== 'meter') refuse(`${path}: a ${family} measures nothing; only meters follow`);
  const source = plan.get(follows.instrument);
  if (source === undefined) {
    refuse(`${path}: there is no instrument ${follows.instrument}; there are: ${[...plan.keys()].join(', ')}`);
    return;
  }
  if (source.options.follows !== undefined) refuse(`${path}: ${follows.instrument} follows another one itself`);
  const { driver } = source.blueprint;
  const model = modelOf(driver, source.options.model);
  const numbers = [...driver.parameters.values()].filter(({ type }) => type === 'number').map(({ name: its }) => its);
  if (!numbers.includes(follows.parameter))
    refuse(`${path}: ${follows.instrument} has no number ${follows.parameter}; it has: ${numbers.join(', ')}`);
  if (!model.has(follows.parameter, follows.channel))
    refuse(`${path}.channel: ${follows.instrument} has ${model.channels.join(', ') || 'no channels'}`);
};

/** A refusal of `work`, with the option that it is about. */
const naming = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof HardwareError)) throw thrown;
    throw new HardwareError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown });
  }
};

const refuse = (text: string): void => {
  throw new HardwareError('BAD_ARGUMENT', text);
};
