import { defineManager } from '../../core/define-manager.js';
import type {
  ResolvedCommand,
  ResolvedDriver,
  ResolvedParameter,
  ResolvedValue,
} from '../../core/driver-file/resolve.js';
import { titleOf } from '../../core/driver-file/title.js';
import type { Json, JsonSchema } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import {
  declare,
  type Argument,
  type Call,
  type CommandSpec,
  type Limits,
  type Parameter,
} from '../../core/parameter.js';
import { narrowest } from '../../core/narrow-limits.js';
import type { ScpiDevice } from '../scpi/scpi-device-shape.js';
import type { InstrumentKindOptions } from './instrument.options.js';
import { makeSafe, safeSteps } from './make-safe.js';

type Settings = Pick<InstrumentKindOptions, 'pollMs' | 'limits' | 'safe'>;
type Declared = Parameter<ScpiDevice, ChannelId>;

/** Beyond the pauses that the driver file asks for. */
const CALL_MS = 10_000;
/** Longest text that a parameter or an argument takes. */
const MAX_TEXT = 4_096;

const { structure } = declare<ScpiDevice, ChannelId>();

/** What an instrument is, read from its driver file. */
export const instrumentManager = (driver: ResolvedDriver, settings: Settings) => {
  const parameters = [...driver.parameters.values()].map(
    (parameter) => [parameter.name, parameterOf(parameter, settings)] as const,
  );
  const commands = [...driver.commands.values()].map(
    (command) => [command.name, commandOf(command, driver, settings)] as const,
  );
  const steps = safeSteps(driver, settings.safe);
  return defineManager<ScpiDevice, ChannelId>({
    kind: 'instrument',
    description: titleOf(driver.file),
    ...(hasChannels(driver) ? { channels: (device: ScpiDevice) => device.channels } : {}),
    parameters: { ...Object.fromEntries(parameters), identity },
    commands: Object.fromEntries(commands),
    makeSafe: (device, call, refresh) => makeSafe(steps, device, call, refresh),
  });
};

export const hasChannels = ({ models }: ResolvedDriver): boolean =>
  [...models.values()].some(({ channels }) => channels.length > 0);

const identity = structure({
  description: 'What the instrument says of itself',
  scope: 'manager',
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  read: (device) => Promise.resolve(device.identity ?? null),
});

const parameterOf = (parameter: ResolvedParameter, { pollMs = {}, limits = {} }: Settings): Declared => {
  const { name, description, unit, scope, tell, ask } = parameter;
  const everyMs = ask === undefined ? undefined : (pollMs[name] ?? parameter.pollMs);
  const at = placeOf(parameter);
  return {
    description,
    schema: schemaOf(parameter),
    scope,
    ...(unit === undefined ? {} : { unit }),
    ...(everyMs === undefined ? {} : { pollMs: everyMs }),
    isAt: (device, channel) => device.has(name, at(channel)),
    read: (device, channel, call) => device.read(name, at(channel), call),
    ...(tell === undefined
      ? {}
      : {
          ...(parameter.type === 'number' ? { limits: limitsOf(parameter, limits) } : {}),
          write: (device: ScpiDevice, channel: ChannelId, value: Json, call: Call) =>
            device.write(name, at(channel), value, call),
          writing: { timeoutMs: () => CALL_MS + parameter.pauseMs + parameter.answerAfterMs },
        }),
  };
};

/** Of the instrument, narrowed by the config. */
const limitsOf =
  ({ name, scope }: Pick<ResolvedParameter, 'name' | 'scope'>, configured: NonNullable<Settings['limits']>) =>
  (device: ScpiDevice, channel: ChannelId): Limits | undefined =>
    narrowest(device.limits(name, placeOf({ scope })(channel)), configured[name]);

const commandOf = (
  command: ResolvedCommand,
  driver: ResolvedDriver,
  { limits = {} }: Settings,
): CommandSpec<ScpiDevice, ChannelId> => {
  const { name, description, scope, send, pauseMs, simulate } = command;
  const at = placeOf(command);
  // What it does in a simulated instrument it does in the real one, which is read to show it.
  const changed = Object.keys(simulate).filter((parameter) => driver.parameters.get(parameter)?.scope === scope);
  return {
    description,
    arguments: Object.fromEntries(
      command.arguments.map((argument) => {
        const set = argument.sets === undefined ? undefined : driver.parameters.get(argument.sets);
        const isLimited = set?.type === 'number' && set.scope === scope;
        return [argument.name, { ...argumentOf(argument), ...(isLimited ? { limits: limitsOf(set, limits) } : {}) }];
      }),
    ),
    busy: 'queue',
    target: scope,
    timeoutMs: () => CALL_MS + send.length * pauseMs,
    run: async (device, channel, values, call) => {
      const reply = await device.run(name, at(channel), values, call);
      for (const parameter of changed) if (device.has(parameter, at(channel))) await call.refresh(parameter);
      return reply;
    },
  };
};

/** What the engine hands over as channel of something that has none is none. */
const placeOf =
  ({ scope }: Pick<ResolvedParameter, 'scope'>) =>
  (channel: ChannelId): ChannelId | undefined =>
    scope === 'manager' ? undefined : channel;

const argumentOf = (value: ResolvedValue): Argument<ScpiDevice, ChannelId> => ({
  description: value.description,
  schema: schemaOf(value),
  ...(value.unit === undefined ? {} : { unit: value.unit }),
});

const schemaOf = ({ type, choices }: ResolvedValue): JsonSchema => schemas[type](choices);

const schemas: Readonly<Record<ResolvedValue['type'], (choices: readonly string[]) => JsonSchema>> = {
  number: () => ({ type: 'number' }),
  flag: () => ({ type: 'boolean' }),
  choice: (choices) => ({ type: 'string', enum: choices }),
  text: () => ({ type: 'string', maxLength: MAX_TEXT }),
};
