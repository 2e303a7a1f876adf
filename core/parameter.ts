import type { Json, JsonObject, JsonSchema } from './json-value.js';
import type { ChannelId } from './message.js';

/** Who goes first where requests of one instrument wait: what makes it stop or safe, what a client wants done, what is polled. */
export type Priority = 'safety' | 'command' | 'poll';

/** Handed to every driver method: give up when `signal` aborts; `deadline` is on the monotonic clock, ms. */
export type Call = {
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** Default `command`. */
  readonly priority?: Priority;
  /** The same as `signal.aborted`, cheaper to ask where the call knows it: see `isAborted` in call.ts. */
  readonly isAborted?: boolean;
};

/** What a running command gets besides: `refresh` reads a parameter of its channel, or of another one, now and publishes it. */
export type CommandCall = Call & { readonly refresh: (parameter: string, channel?: ChannelId) => Promise<void> };

export type Limits = { readonly minimum?: number; readonly maximum?: number };

/** Limits that are fixed, or that the driver knows (a range switch, a model); undefined: none. */
export type LimitsOf<Driver, Channel> = Limits | ((driver: Driver, channel: Channel) => Limits | undefined);

/** `reject` while busy; `queue`: bounded, in order; `concurrent`: at once, for reads. */
export type BusyPolicy = 'reject' | 'queue' | 'concurrent';

/** What one value looks like: the part that parameters and arguments share. `Value` is its type in the driver. */
export type ValueShape<Value extends Json> = {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly unit?: string;
  /** Only carries the type; never set. */
  readonly valueType?: Value;
};

/** A condition that a reading tells: said when it begins and when it ends, by the name of its parameter. */
export type AlarmRule = {
  readonly when: (value: Json) => boolean;
  readonly severity: 'warning' | 'alarm';
  /** What is wrong, and what to do. */
  readonly message: string;
  readonly cleared: string;
};

/** What a value that differs from the one before it has to say as an event; undefined: nothing. */
export type ChangeRule<Driver, Channel> = (
  driver: Driver,
  channel: Channel,
  change: { readonly before: Json; readonly value: Json },
) => { readonly event: string; readonly details: JsonObject } | undefined;

/** How a value is written, where that is more than one short request. */
export type Writing<Driver, Channel, Value> = {
  /** Absent: 10 s. */
  readonly timeoutMs?: (value: Value, driver: Driver | undefined, channel: Channel) => number;
  /** See `CommandSpec.preempts`. */
  readonly preempts?: (value: Value) => boolean;
  /** Called after the readback: throws a `HardwareError` when the instrument has not taken the value. */
  readonly confirm?: (driver: Driver, channel: Channel, value: Value) => void;
};

export type Parameter<Driver, Channel> = ValueShape<Json> & {
  /** `manager`: one for the whole device, not one for each channel. Default `channel`. */
  readonly scope?: 'channel' | 'manager';
  /** Whether this device has it on this channel; absent: on all. */
  readonly isAt?: (driver: Driver, channel: Channel) => boolean;
  /** Read this often; 0: again in the next turn of the event loop; absent: read once when online, and after each write. */
  readonly pollMs?: number;
  readonly limits?: LimitsOf<Driver, Channel>;
  readonly read?: (driver: Driver, channel: Channel, call: Call) => Promise<Json>;
  readonly write?: (driver: Driver, channel: Channel, value: Json, call: CommandCall) => Promise<void>;
  readonly writing?: Writing<Driver, Channel, Json>;
  readonly alarm?: AlarmRule;
  readonly event?: ChangeRule<Driver, Channel>;
};

export type Argument<Driver, Channel, Value extends Json = Json> = ValueShape<Value> & {
  readonly isOptional?: boolean;
  readonly limits?: LimitsOf<Driver, Channel>;
};

export type Arguments<Driver, Channel> = { readonly [name: string]: Argument<Driver, Channel> };

/** The argument values as `run` sees them, after the schema has been checked. */
export type ValuesOf<Specs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { readonly valueType?: infer Value }
    ? Exclude<Value, undefined>
    : never;
};

export type CommandSpec<Driver, Channel> = {
  readonly description: string;
  readonly arguments: Arguments<Driver, Channel>;
  readonly busy: BusyPolicy;
  /** What is busy meanwhile: the channel alone (default) or the whole manager. */
  readonly busyScope?: 'channel' | 'manager';
  /** `channel`: names one (default); `manager`: names none; `either`: one, or none for all. */
  readonly target?: 'channel' | 'manager' | 'either';
  /** Skips lock and busy: what makes things stop or safe. */
  readonly isUrgent?: boolean;
  /** For these values it ends what runs and what waits on its channel with ABORTED, and runs at once: switching off. */
  readonly preempts?: (values: JsonObject) => boolean;
  readonly timeoutMs: (values: JsonObject, driver?: Driver, channel?: Channel) => number;
  readonly run: (driver: Driver, channel: Channel, values: JsonObject, call: CommandCall) => Promise<Json>;
};

type Read<Driver, Channel, Value> = (driver: Driver, channel: Channel, call: Call) => Promise<Value>;
type Write<Driver, Channel, Value> = (
  driver: Driver,
  channel: Channel,
  value: Value,
  call: CommandCall,
) => Promise<unknown>;

type ParameterOptions<Driver, Channel, Value> = {
  readonly description: string;
  readonly read?: Read<Driver, Channel, Value>;
  readonly write?: Write<Driver, Channel, Value>;
  readonly writing?: Writing<Driver, Channel, Value>;
} & Pick<Parameter<Driver, Channel>, 'scope' | 'isAt' | 'pollMs' | 'alarm' | 'event'>;

/** The declaration as an author writes a command: `run` gets its values typed by `arguments`. */
type CommandOptions<Driver, Channel, Specs extends Arguments<Driver, Channel>> = Omit<
  CommandSpec<Driver, Channel>,
  'arguments' | 'run' | 'timeoutMs' | 'preempts'
> & {
  readonly arguments: Specs;
  readonly timeoutMs: number | ((values: ValuesOf<Specs>, driver?: Driver, channel?: Channel) => number);
  readonly preempts?: (values: ValuesOf<Specs>) => boolean;
  readonly run: (driver: Driver, channel: Channel, values: ValuesOf<Specs>, call: CommandCall) => Promise<Json>;
};

/** The builders of a declaration, for one kind of driver. The `as` below follow a schema check: the gate has validated
 *  every value against `schema` before a driver sees it. */
export const declare = <Driver, Channel extends ChannelId = number>() => {
  const parameter =
    <Value extends Json>(schema: JsonSchema) =>
    (options: ParameterOptions<Driver, Channel, Value>): Parameter<Driver, Channel> => {
      const { write, writing, ...rest } = options;
      if (write === undefined) return { ...rest, schema };
      const set: Parameter<Driver, Channel>['write'] = async (driver, channel, value, call) => {
        await write(driver, channel, value as Value, call);
      };
      const how = writing === undefined ? {} : { writing: writing as Writing<Driver, Channel, Json> };
      return { ...rest, schema, write: set, ...how };
    };

  return {
    /** A finite number with a unit. */
    numeric: (
      options: ParameterOptions<Driver, Channel, number> & {
        readonly unit: string;
        readonly limits?: LimitsOf<Driver, Channel>;
      },
    ): Parameter<Driver, Channel> => parameter<number>({ type: 'number' })(options),
    /** True or false. */
    flag: parameter<boolean>({ type: 'boolean' }),
    /** A line of text. */
    text: parameter<string>({ type: 'string', maxLength: 4096 }),
    /** One of a few words. */
    choice: (
      options: ParameterOptions<Driver, Channel, string> & { readonly choices: readonly string[] },
    ): Parameter<Driver, Channel> => {
      const { choices, ...rest } = options;
      return parameter<string>({ type: 'string', enum: choices })(rest);
    },
    /** Anything that a schema can describe; read only by clients that know it. */
    structure: (
      options: ParameterOptions<Driver, Channel, Json> & { readonly schema: JsonSchema },
    ): Parameter<Driver, Channel> => parameter<Json>(options.schema)(options),

    numericArgument: (options: {
      readonly description: string;
      readonly unit: string;
      readonly limits?: LimitsOf<Driver, Channel>;
    }): Argument<Driver, Channel, number> => ({ ...options, schema: { type: 'number' } }),
    flagArgument: (description: string): Argument<Driver, Channel, boolean> => ({
      description,
      schema: { type: 'boolean' },
    }),
    textArgument: (description: string): Argument<Driver, Channel, string> => ({
      description,
      schema: { type: 'string', maxLength: 4096 },
    }),
    /** Any value a schema describes; the driver checks what the schema cannot say. */
    argument: (
      description: string,
      schema: JsonSchema,
      options: { readonly isOptional?: boolean } = {},
    ): Argument<Driver, Channel> => ({
      description,
      schema,
      ...options,
    }),

    command: <Specs extends Arguments<Driver, Channel>>(
      options: CommandOptions<Driver, Channel, Specs>,
    ): CommandSpec<Driver, Channel> => {
      const { run, timeoutMs, preempts, ...rest } = options;
      return {
        ...rest,
        ...(preempts === undefined ? {} : { preempts: (values) => preempts(values as ValuesOf<Specs>) }),
        timeoutMs:
          typeof timeoutMs === 'number'
            ? () => timeoutMs
            : (values, driver, channel) => timeoutMs(values as ValuesOf<Specs>, driver, channel),
        run: (driver, channel, values, call) => run(driver, channel, values as ValuesOf<Specs>, call),
      };
    },
  };
};

/** A sentence when `value` is outside `limits`: `voltage 26 V is outside 0..25 V`. */
export const outsideLimits = (
  name: string,
  value: Json | undefined,
  limits: Limits | undefined,
  unit = '',
): string | undefined => {
  if (limits === undefined || typeof value !== 'number') return undefined;
  const { minimum, maximum } = limits;
  if ((minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum)) return undefined;
  const suffix = unit === '' ? '' : ` ${unit}`;
  return `${name} ${value}${suffix} is outside ${minimum ?? ''}..${maximum ?? ''}${suffix}`;
};
