import { parseAddress } from '../core/address.js';
import { writerOf } from '../core/command-table.js';
import type { CommandDescription, Description } from '../core/description.js';
import type { Json, JsonObject, JsonSchema } from '../core/json-value.js';
import type { ChannelId } from '../core/message.js';
import { nearest } from '../schemas/nearest.js';
import { CliError } from './exit.js';

/** What `set` sends for an address and a value. */
export type WriteTarget = {
  readonly manager: string;
  readonly channel?: ChannelId;
  readonly command: string;
  readonly arguments: JsonObject;
};

/** The description of a manager; a wrong name ends with the names there are. */
export const managerNamed = (managers: readonly Description[], name: string): Description => {
  const found = managers.find((manager) => manager.name === name);
  if (found !== undefined) return found;
  const names = managers.map((manager) => manager.name);
  throw new CliError('refused', `there is no manager "${name}"${hint(name, names)}; there are: ${names.join(', ')}`);
};

/** The command that writes the parameter of an address: its own writer, or a command `set<Parameter>` that needs one value. */
export const writeTarget = (managers: readonly Description[], address: string, text: string): WriteTarget => {
  const parsed = parseAddress(address);
  if (parsed === undefined)
    throw new CliError(
      'usage',
      `"${address}" is no address; write manager/channel/parameter, for example hv/1/voltage`,
    );
  const manager = managerNamed(managers, parsed.manager);
  const command = manager.parameters[parsed.parameter]?.writtenBy ?? writerOf(parsed.parameter);
  const description = manager.commands[command];
  const argument = description === undefined ? undefined : onlyArgument(description);
  if (description === undefined || argument === undefined)
    throw new CliError('refused', notWritable(manager, parsed.parameter));
  const value = typedValue(text, argumentSchema(description, argument));
  return {
    manager: manager.name,
    ...(parsed.channel === undefined ? {} : { channel: parsed.channel }),
    command,
    arguments: { [argument]: value },
  };
};

/** `name=value` words, or one bare value for a command that needs one argument. */
export const callArguments = (command: CommandDescription, words: readonly string[]): JsonObject =>
  Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const name = at > 0 ? word.slice(0, at) : onlyArgument(command);
      if (name === undefined)
        throw new CliError(
          'usage',
          `write "${word}" as name=value; the command takes: ${argumentNames(command).join(', ') || 'nothing'}`,
        );
      return [name, typedValue(at > 0 ? word.slice(at + 1) : word, argumentSchema(command, name))];
    }),
  );

export const argumentNames = ({ schema }: CommandDescription): readonly string[] => Object.keys(propertiesOf(schema));

/** A word of the shell as the schema wants it; what does not fit is sent as it is, for the station to refuse with its reason. */
export const typedValue = (text: string, schema: JsonSchema): Json => {
  const { type } = schema;
  if (type === 'string') return text;
  if (type === 'boolean' && /^(on|yes)$/i.test(text)) return true;
  if (type === 'boolean' && /^(off|no)$/i.test(text)) return false;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

const propertiesOf = ({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> =>
  (properties ?? {}) as Readonly<Record<string, JsonSchema>>;

const argumentSchema = ({ schema }: CommandDescription, name: string): JsonSchema => propertiesOf(schema)[name] ?? {};

const onlyArgument = ({ schema }: CommandDescription): string | undefined => {
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  return required.length === 1 ? required[0] : undefined;
};

const notWritable = (manager: Description, parameter: string): string => {
  const names = Object.keys(manager.parameters);
  if (!names.includes(parameter))
    return `${manager.name} has no parameter "${parameter}"${hint(parameter, names)}; it has: ${names.join(', ')}`;
  return `${manager.name} ${parameter} is read only; its commands are: ${Object.keys(manager.commands).join(', ')} (busbar call)`;
};

const hint = (wrong: string, names: readonly string[]): string => {
  const best = nearest(wrong, names);
  return best === undefined ? '' : ` (did you mean "${best}"?)`;
};
