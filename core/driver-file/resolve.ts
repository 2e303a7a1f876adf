import type { Json } from '../json-value.js';
import type { ChannelId } from '../message.js';
import type { Limits } from '../parameter.js';
import type { ActionSpec, DriverFile, ModelSpec, ParameterSpec, ValueType } from './driver-file.js';
import { actions, vocabulary } from './vocabulary.js';
import { wireWords, type WireWords } from './wire-words.js';

/** One value on the wire: what parameters and the arguments of commands share. */
export type ResolvedValue = {
  readonly name: string;
  readonly description: string;
  readonly type: ValueType;
  readonly unit: string | undefined;
  readonly scale: number;
  /** Of a choice, in the order of the file. */
  readonly choices: readonly string[];
  readonly words: WireWords;
};

/** A parameter with all that its family's vocabulary and the defaults add to it. */
export type ResolvedParameter = ResolvedValue & {
  readonly scope: 'channel' | 'manager';
  readonly pollMs: number | undefined;
  readonly ask: string | undefined;
  readonly tell: string | undefined;
  /** With one group. */
  readonly pattern: RegExp | undefined;
  readonly bits: ParameterSpec['bits'];
  readonly limits: NonNullable<ParameterSpec['limits']>;
  readonly pauseMs: number;
  readonly answerAfterMs: number;
  readonly initial: Json | undefined;
  readonly printed: string;
};

/** Of a command. */
export type ResolvedArgument = ResolvedValue & {
  /** The parameter that becomes what the argument says, by `simulate`: its limits are those of the argument. */
  readonly sets: string | undefined;
};

export type ResolvedCommand = {
  readonly name: string;
  readonly description: string;
  readonly scope: 'channel' | 'manager';
  readonly arguments: readonly ResolvedArgument[];
  readonly send: readonly string[];
  readonly pauseMs: number;
  readonly simulate: { readonly [parameter: string]: Json };
};

export type ResolvedModel = {
  readonly name: string;
  readonly description: string;
  /** Empty: one device without channels. */
  readonly channels: readonly ChannelId[];
  readonly labelOf: (channel: ChannelId) => string | undefined;
  /** Whether the channel has the parameter or command; channel undefined: whether any has it, or the device itself. */
  readonly has: (name: string, channel: ChannelId | undefined) => boolean;
  /** As far as the file knows them without asking the instrument. */
  readonly limits: (parameter: string, channel: ChannelId | undefined) => Limits | undefined;
};

/** A driver file with everything filled in and looked up; patterns are compiled and words are tables. */
export type ResolvedDriver = {
  readonly file: DriverFile;
  readonly models: ReadonlyMap<string, ResolvedModel>;
  readonly parameters: ReadonlyMap<string, ResolvedParameter>;
  readonly commands: ReadonlyMap<string, ResolvedCommand>;
};

/** Takes a file that has been checked. */
export const resolveDriver = (file: DriverFile): ResolvedDriver => {
  const hasChannels = Object.values(file.models).some(({ channels }) => channels !== undefined);
  const scope = hasChannels ? 'channel' : 'manager';
  const parameters = mapValues(file.parameters, (spec, name) => resolveParameter(file, name, spec, scope));
  const commands = mapValues(file.commands ?? {}, (spec, name) => resolveCommand(file, name, spec, scope));
  const scopeOf = (name: string) => parameters.get(name)?.scope ?? commands.get(name)?.scope;
  const limitsOf = (name: string) => fixedLimits(parameters.get(name)?.limits ?? {});
  const models = mapValues(file.models, (spec, name) => resolveModel(name, spec, scopeOf, limitsOf));
  return { file, models, parameters, commands };
};

/** What a file says of a parameter, and what it need not say. */
export const withVocabulary = ({ family }: Pick<DriverFile, 'family'>, name: string, spec: ParameterSpec) => ({
  ...(vocabulary[family][name] ?? {}),
  ...spec,
});

const resolveParameter = (
  file: DriverFile,
  name: string,
  given: ParameterSpec,
  defaultScope: 'channel' | 'manager',
): ResolvedParameter => {
  const spec = withVocabulary(file, name, given);
  return {
    ...resolveValue(name, spec),
    scope: spec.scope ?? defaultScope,
    pollMs: spec.pollMs,
    ask: spec.ask,
    tell: spec.tell,
    pattern: spec.answer === undefined ? undefined : new RegExp(spec.answer),
    bits: spec.bits,
    limits: spec.limits ?? {},
    pauseMs: spec.pauseMs ?? 0,
    answerAfterMs: spec.answerAfterMs ?? 0,
    initial: spec.initial,
    printed: spec.printed ?? '{value}',
  };
};

type ValueSpec = Pick<ParameterSpec, 'description' | 'type' | 'unit' | 'words' | 'answerWords' | 'scale'>;

export const resolveValue = (name: string, spec: ValueSpec): ResolvedValue => {
  const { description = name, type = 'number', unit, scale = 1 } = spec;
  const told = { ...(type === 'flag' ? { true: 1, false: 0 } : {}), ...(spec.words ?? spec.answerWords) };
  const answered = { ...(spec.answerWords ?? told) };
  const choices = type === 'choice' ? Object.keys(told) : [];
  return { name, description, type, unit, scale, choices, words: wireWords(told, answered) };
};

const resolveCommand = (
  file: DriverFile,
  name: string,
  spec: ActionSpec,
  defaultScope: 'channel' | 'manager',
): ResolvedCommand => ({
  name,
  description: spec.description ?? actions[file.family][name] ?? name,
  scope: spec.scope ?? defaultScope,
  arguments: Object.entries(spec.arguments ?? {}).map(([argument, its]) => ({
    ...resolveValue(argument, its),
    sets: Object.entries(spec.simulate ?? {}).find(([, value]) => value === `{${argument}}`)?.[0],
  })),
  send: spec.send,
  pauseMs: spec.pauseMs ?? 0,
  simulate: spec.simulate ?? {},
});

const resolveModel = (
  name: string,
  spec: ModelSpec,
  scopeOf: (name: string) => 'channel' | 'manager' | undefined,
  limitsOf: (parameter: string) => Limits,
): ResolvedModel => {
  const channels = new Map(Object.entries(spec.channels ?? {}).map(([key, channel]) => [channelId(key), channel]));
  const isWithout = (what: string, channel: ChannelId | undefined): boolean =>
    (spec.without?.includes(what) ?? false) ||
    (channel !== undefined && (channels.get(channel)?.without?.includes(what) ?? false));
  const has = (what: string, channel: ChannelId | undefined): boolean => {
    const scope = scopeOf(what);
    if (scope === undefined) return false;
    if (scope === 'manager') return channel === undefined && !isWithout(what, undefined);
    if (channel !== undefined) return channels.has(channel) && !isWithout(what, channel);
    return [...channels.keys()].some((each) => !isWithout(what, each));
  };
  return {
    name,
    description: spec.description ?? name,
    channels: [...channels.keys()],
    labelOf: (channel) => channels.get(channel)?.label,
    has,
    limits: (parameter, channel) => {
      const own = channel === undefined ? undefined : channels.get(channel)?.limits?.[parameter];
      const limits = { ...limitsOf(parameter), ...spec.limits?.[parameter], ...own };
      return limits.minimum === undefined && limits.maximum === undefined ? undefined : limits;
    },
  };
};

/** Limits that are numbers; queries are asked by the driver. */
const fixedLimits = ({ minimum, maximum }: NonNullable<ParameterSpec['limits']>): Limits => ({
  ...(typeof minimum === 'number' ? { minimum } : {}),
  ...(typeof maximum === 'number' ? { maximum } : {}),
});

/** `"1"` of a YAML key is the channel 1. */
export const channelId = (key: string): ChannelId => (/^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : key);

const mapValues = <From, To>(
  record: { readonly [name: string]: From },
  change: (value: From, name: string) => To,
): ReadonlyMap<string, To> => new Map(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
