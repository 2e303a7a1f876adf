import type { Clock } from '../../core/clock.js';
import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { resolveDriver, type ResolvedDriver, type ResolvedModel } from '../../core/driver-file/resolve.js';
import { HardwareError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import { CommandSet, type CommandEntry } from './command-set.js';
import { commonCommands } from './common-commands.js';
import { fileCommands, setUpCommands } from './file-commands.js';
import { Machine } from './machine.js';
import { Memory } from './memory.js';
import { meterPhysics, type Follows, type MeterKnobs, type Source } from './meter-physics.js';
import { parameterCommands } from './parameter-commands.js';
import type { Physics } from './physics.js';
import { psuPhysics } from './psu-physics.js';
import { SimulatedInstrument } from './simulated-instrument.js';

export type CreateInstrumentOptions = {
  readonly name: string;
  readonly file: DriverFile;
  /** Default: the first of the file. */
  readonly model?: string;
  /** In its `*IDN?`; default: that of the file. */
  readonly serial?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter?: MeterKnobs;
  readonly follows?: Follows;
  readonly source?: Source;
};

/** What instruments of one file share: it is looked up once. */
export type Blueprint = { readonly driver: ResolvedDriver; readonly commands: CommandSet };

export const blueprintOf = (file: DriverFile): Blueprint => {
  const driver = resolveDriver(file);
  const entries = [...parameterCommands([...driver.parameters.values()]), ...fileCommands(driver), ...commonCommands];
  return { driver, commands: new CommandSet([...plainestFirst(entries), ...setUpCommands(driver)]) };
};

/** `OUTP CH3,ON` fits `OUTP CH3,{value}` better than `OUTP CH{channel},{value}`. */
const plainestFirst = (entries: readonly CommandEntry[]): readonly CommandEntry[] =>
  [...entries].sort((one, other) => placeholders(one) - placeholders(other));

const placeholders = ({ takesAnything, template }: CommandEntry): number =>
  takesAnything === true ? Infinity : template.parts.reduce((count, { names }) => count + names.length, 0);

/** A simulated instrument of a driver file. Errors: BAD_ARGUMENT for a model that the file does not have. */
export const createInstrument = (
  options: CreateInstrumentOptions,
  blueprint: Blueprint = blueprintOf(options.file),
): SimulatedInstrument => {
  const { name, clock, random, serial } = options;
  const { driver, commands } = blueprint;
  const model = modelOf(driver, options.model);
  const memory = new Memory(driver, model);
  const physics = physicsOf(options, driver, model, memory);
  const machine = new Machine({ driver, model, memory, physics, ...(serial === undefined ? {} : { serial }) });
  return new SimulatedInstrument({ name, machine, commands, clock, random });
};

/** The named one, or the first. Errors: BAD_ARGUMENT. */
export const modelOf = ({ models, file }: ResolvedDriver, wanted: string | undefined): ResolvedModel => {
  const model = wanted === undefined ? [...models.values()][0] : models.get(wanted);
  if (model !== undefined) return model;
  const names = [...models.keys()].join(', ');
  throw new HardwareError('BAD_ARGUMENT', `model ${wanted ?? ''} is not in ${file.driver}; there are: ${names}`);
};

const physicsOf = (
  options: CreateInstrumentOptions,
  driver: ResolvedDriver,
  model: ResolvedModel,
  memory: Memory,
): Physics => {
  const { clock, random, meter = {}, follows, source } = options;
  switch (driver.file.family) {
    case 'psu':
      return psuPhysics({ driver, model, memory, clock, random });
    case 'meter':
      return meterPhysics({
        memory,
        clock,
        random,
        knobs: meter,
        ...(follows === undefined ? {} : { follows }),
        ...(source === undefined ? {} : { source }),
      });
    case 'calibrator':
    case 'instrument':
      return still;
  }
};

/** Nothing moves by itself. */
const still: Physics = { read: () => undefined, told: () => undefined, reset: () => undefined, measuringMs: () => 0 };
