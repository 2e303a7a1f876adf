import type { ManagerDefinition } from './manager-definition.js';
import type { CommandDescription } from './description.js';
import { HardwareError, problem, type Problem } from './errors.js';
import type { Json, JsonObject, JsonSchema } from './json-value.js';
import type { ChannelId, Command } from './message.js';
import { outsideLimits, type Argument, type Call, type CommandSpec, type Parameter } from './parameter.js';
import type { SchemaCompiler, SchemaViolation, Validator } from './validate.js';

/** Time a driver gets for one read or write when its declaration says nothing else. */
export const DEFAULT_CALL_MS = 10_000;

/** Runs one accepted command; the reply's value, or a rejection that becomes its failure. */
export type Execute = (command: Command, call: Call) => Promise<Json>;

export type CommandEntry<Driver, Channel> = {
  readonly spec: Omit<CommandSpec<Driver, Channel>, 'run'>;
  readonly validate: Validator;
  readonly description: CommandDescription;
  readonly execute: Execute;
};

export type CommandTable<Driver, Channel> = ReadonlyMap<string, CommandEntry<Driver, Channel>>;

/** A command that every manager has; it runs without a driver of its own. */
export type BuiltInCommand<Driver, Channel> = Omit<CommandSpec<Driver, Channel>, 'run'> & { readonly execute: Execute };

export type TableOptions<Driver, Channel extends ChannelId> = {
  readonly definition: ManagerDefinition<Driver, Channel>;
  readonly builtIn: Readonly<Record<string, BuiltInCommand<Driver, Channel>>>;
  readonly compile: SchemaCompiler;
  /** Runs a declared command on the driver that is online. */
  readonly onDriver: (run: CommandSpec<Driver, Channel>['run']) => Execute;
};

/** `voltageSetpoint` is written by `setVoltageSetpoint`. */
export const writerOf = (parameter: string): string => `set${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`;

/** All commands of a declaration: its own, one writer for each writable parameter, and those that every manager has. */
export const commandTable = <Driver, Channel extends ChannelId>(
  options: TableOptions<Driver, Channel>,
): CommandTable<Driver, Channel> => {
  const { definition, builtIn, compile, onDriver } = options;
  const writers = Object.entries(definition.parameters).flatMap(([name, parameter]) => {
    const spec = writerSpec(name, parameter);
    return spec === undefined ? [] : [[writerOf(name), spec] as const];
  });
  const own = Object.entries(definition.commands ?? {});
  refuseCollisions(definition.kind, { command: own, writer: writers, 'built-in command': Object.entries(builtIn) });
  const declared = [...writers, ...own];
  return new Map([
    ...declared.map(([name, spec]) => [name, entryOf(spec, onDriver(spec.run), compile)] as const),
    ...Object.entries(builtIn).map(([name, spec]) => [name, entryOf(spec, spec.execute, compile)] as const),
  ]);
};

/** Two of one name: one of them would never run, and nobody would know which. */
const refuseCollisions = (
  kind: string,
  groups: Readonly<Record<string, readonly (readonly [name: string, spec: unknown])[]>>,
): void => {
  const taken = new Map<string, string>();
  for (const [what, commands] of Object.entries(groups)) {
    for (const [name] of commands) {
      const other = taken.get(name);
      if (other !== undefined)
        throw new TypeError(
          `the manager kind "${kind}" has two commands "${name}": a ${other} and a ${what}; rename one`,
        );
      taken.set(name, what);
    }
  }
};

const writerSpec = <Driver, Channel>(
  name: string,
  parameter: Parameter<Driver, Channel>,
): CommandSpec<Driver, Channel> | undefined => {
  const { write, writing, limits, unit, isAt } = parameter;
  if (write === undefined) return undefined;
  const value: Argument<Driver, Channel> = {
    description: parameter.description,
    schema: parameter.schema,
    ...(unit === undefined ? {} : { unit }),
    ...(limits === undefined ? {} : { limits }),
  };
  return {
    description: `Sets ${name}: ${parameter.description}`,
    arguments: { value },
    busy: 'queue',
    target: parameter.scope ?? 'channel',
    ...(writing?.preempts === undefined ? {} : { preempts: (values) => writing.preempts?.(valueIn(values)) ?? false }),
    timeoutMs: (values, driver, channel) =>
      writing?.timeoutMs?.(valueIn(values), driver, channel as Channel) ?? DEFAULT_CALL_MS,
    run: async (driver, channel, values, call) => {
      if (isAt?.(driver, channel) === false)
        throw new HardwareError('BAD_COMMAND', `${String(channel)} has no ${name} on this device`);
      await write(driver, channel, valueIn(values), call);
      await call.refresh(name);
      writing?.confirm?.(driver, channel, valueIn(values));
      return {};
    },
  };
};

const valueIn = (values: JsonObject): Json => values['value'] ?? null;

type SpecOf<Driver, Channel> = Omit<CommandSpec<Driver, Channel>, 'run'>;

const entryOf = <Driver, Channel>(
  spec: SpecOf<Driver, Channel>,
  execute: Execute,
  compile: SchemaCompiler,
): CommandEntry<Driver, Channel> => {
  const schema = argumentsSchema(spec);
  const units = Object.entries(spec.arguments).flatMap(([name, { unit }]) =>
    unit === undefined ? [] : [[name, unit] as const],
  );
  return {
    spec,
    execute,
    validate: compile(schema),
    description: {
      description: spec.description,
      schema,
      units: Object.fromEntries(units),
      busy: spec.busy,
      busyScope: spec.busyScope ?? 'channel',
      target: spec.target ?? 'channel',
      isUrgent: spec.isUrgent ?? false,
    },
  };
};

const argumentsSchema = <Driver, Channel>(spec: SpecOf<Driver, Channel>): JsonSchema => {
  const named = Object.entries(spec.arguments);
  return {
    type: 'object',
    properties: Object.fromEntries(named.map(([name, { schema, description }]) => [name, { ...schema, description }])),
    required: named.filter(([, { isOptional }]) => isOptional !== true).map(([name]) => name),
    additionalProperties: false,
  };
};

/** One sentence for what the schema found: the first violation names the argument and what is allowed. */
export const argumentProblem = (name: string, violations: readonly SchemaViolation[]): Problem | undefined => {
  const [first] = violations;
  if (first === undefined) return undefined;
  return problem('BAD_ARGUMENT', `${name}: ${`${first.path.slice(1)} ${first.message}`.trim()}`);
};

/** The limits of every argument of every command, for one channel, as the description shows them. */
export const limitsOfChannel = <Driver, Channel>(
  table: CommandTable<Driver, Channel>,
  driver: Driver | undefined,
  channel: Channel,
  onDefect: (thrown: unknown) => void,
): Record<string, { minimum?: number; maximum?: number }> => {
  const found: Record<string, { minimum?: number; maximum?: number }> = {};
  for (const [command, { spec }] of table) {
    for (const [argument, { limits }] of Object.entries(spec.arguments)) {
      const known = limitsIfKnown(() => limitsFor(limits, driver, channel), onDefect);
      if (known !== undefined) found[`${command}.${argument}`] = known;
    }
  }
  return found;
};

/** The first argument that is outside its limits, as a sentence with value and limit. */
export const refuseLimits = <Driver, Channel>(
  spec: SpecOf<Driver, Channel>,
  driver: Driver | undefined,
  channel: Channel,
  values: JsonObject,
): Problem | undefined => {
  for (const [name, { limits, unit }] of Object.entries(spec.arguments)) {
    const sentence = outsideLimits(name, values[name], limitsFor(limits, driver, channel), unit);
    if (sentence !== undefined) return problem('OUT_OF_RANGE', sentence);
  }
  return undefined;
};

const limitsFor = <Driver, Channel>(
  limits: Argument<Driver, Channel>['limits'],
  driver: Driver | undefined,
  channel: Channel,
) => {
  if (typeof limits !== 'function') return limits;
  return driver === undefined ? undefined : limits(driver, channel);
};

/** A driver that cannot say its limits must not spoil the description; the gate refuses what it cannot judge. */
const limitsIfKnown = <T>(ask: () => T, onDefect: (thrown: unknown) => void): T | undefined => {
  try {
    return ask();
  } catch (thrown) {
    onDefect(thrown);
    return undefined;
  }
};
