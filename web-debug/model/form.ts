import { argumentProblem } from '../../core/command-table.js';
import type { ChannelDescription, CommandDescription } from '../../core/description.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import { listOf } from './json-list.js';
import { outsideLimits, type Limits } from '../../core/parameter.js';
import type { SchemaViolation, Validator } from '../../core/validate.js';
import { jsonText } from './number-text.js';

export type FieldKind = 'number' | 'flag' | 'choice' | 'text' | 'json';

/** One argument of a command as a form shows it. */
export type Field = {
  readonly name: string;
  readonly kind: FieldKind;
  readonly description: string;
  readonly unit: string | undefined;
  readonly limits: Limits | undefined;
  readonly isRequired: boolean;
  /** The words to choose from, as they go into the JSON. */
  readonly choices: readonly Json[];
};

/** What was typed, by field; empty text means left out. */
export type Typed = Readonly<Record<string, string>>;

/** Either arguments to send, or one sentence for each field that is wrong ('' holds what belongs to no field). */
export type Checked = { readonly arguments: JsonObject } | { readonly problems: Readonly<Record<string, string>> };

/** The form of a command on a channel: from its schema, its units and the limits of that channel. */
export const fieldsOf = (
  name: string,
  command: CommandDescription,
  channel: ChannelDescription | undefined,
): readonly Field[] => {
  const { schema, units } = command;
  const required = listOf(schema['required']);
  const properties = schema['properties'];
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([argument, shape]) => {
    const argumentSchema = isJsonObject(shape) ? shape : {};
    const { description } = argumentSchema;
    return {
      name: argument,
      kind: kindOf(argumentSchema),
      description: typeof description === 'string' ? description : '',
      unit: units[argument],
      limits: narrower(channel?.limits[`${name}.${argument}`], schemaLimits(argumentSchema)),
      isRequired: required.includes(argument),
      choices: choicesOf(argumentSchema),
    };
  });
};

const kindOf = (schema: JsonObject): FieldKind => {
  const { type } = schema;
  if (type === 'boolean') return 'flag';
  if (choicesOf(schema).length > 0) return 'choice';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'string' ? 'text' : 'json';
};

const choicesOf = (schema: JsonObject): readonly Json[] => {
  if (schema['type'] === 'boolean') return [true, false];
  return listOf(schema['enum']);
};

const schemaLimits = ({ minimum, maximum }: JsonObject): Limits | undefined => {
  if (typeof minimum !== 'number' && typeof maximum !== 'number') return undefined;
  return { ...(typeof minimum === 'number' ? { minimum } : {}), ...(typeof maximum === 'number' ? { maximum } : {}) };
};

const narrower = (one: Limits | undefined, other: Limits | undefined): Limits | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  const minimum = Math.max(one.minimum ?? -Infinity, other.minimum ?? -Infinity);
  const maximum = Math.min(one.maximum ?? Infinity, other.maximum ?? Infinity);
  return { ...(minimum === -Infinity ? {} : { minimum }), ...(maximum === Infinity ? {} : { maximum }) };
};

export type CheckInputs = {
  readonly name: string;
  readonly command: CommandDescription;
  readonly channel: ChannelDescription | undefined;
  readonly typed: Typed;
  /** Of the command's schema, made by the compiler that the station uses. */
  readonly validate: Validator;
};

/** Judges a form as the gate will: schema first, then the limits of the channel, in the gate's own words. */
export const checkForm = ({ name, command, channel, typed, validate }: CheckInputs): Checked => {
  const problems: Record<string, string> = {};
  const values: Record<string, Json> = {};
  const fields = fieldsOf(name, command, channel);
  for (const field of fields) {
    const entered = enteredValue(field, typed[field.name] ?? '');
    if (entered === undefined) continue;
    if ('problem' in entered) problems[field.name] = entered.problem;
    else values[field.name] = entered.value;
  }
  if (Object.keys(problems).length > 0) return { problems };
  for (const violation of validate(values)) {
    problems[fieldOf(violation)] ??= argumentProblem(name, [violation])?.message ?? violation.message;
  }
  for (const field of fields) {
    const sentence = outsideLimits(
      field.name,
      values[field.name],
      channel?.limits[`${name}.${field.name}`],
      field.unit,
    );
    if (sentence !== undefined) problems[field.name] ??= sentence;
  }
  return Object.keys(problems).length > 0 ? { problems } : { arguments: values };
};

const fieldOf = ({ path, keyword, params }: SchemaViolation): string => {
  if (path === '' && keyword === 'required') return String(params['missingProperty']);
  return path.split('/')[1] ?? '';
};

/** Decimal, as JSON has it, also with a sign or without the leading zero. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const enteredValue = (
  field: Field,
  text: string,
): { readonly value: Json } | { readonly problem: string } | undefined => {
  switch (field.kind) {
    case 'text':
      return text === '' && !field.isRequired ? undefined : { value: text };
    case 'choice':
    case 'flag':
      return chosenValue(field, text);
    case 'number':
      return enteredNumber(field.name, text.trim().replace('\u2212', '-'));
    case 'json':
      return enteredJson(field.name, text.trim());
  }
};

/** What stands for a choice in a list: a word as it is, anything else as JSON. */
export const choiceText = (choice: Json): string => (typeof choice === 'string' ? choice : jsonText(choice));

const chosenValue = ({ choices }: Field, text: string): { readonly value: Json } | undefined => {
  const value = choices.find((choice) => choiceText(choice) === text);
  return value === undefined ? undefined : { value };
};

const enteredNumber = (
  name: string,
  text: string,
): { readonly value: Json } | { readonly problem: string } | undefined => {
  if (text === '') return undefined;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return { value: Number(text) };
  const hint =
    text.includes(',') && NUMBER.test(text.replace(',', '.'))
      ? `; the decimal sign is a point: ${text.replace(',', '.')}`
      : '';
  return { problem: `${name}: "${text.slice(0, 40)}" is not a number${hint}` };
};

const enteredJson = (
  name: string,
  text: string,
): { readonly value: Json } | { readonly problem: string } | undefined => {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return { value: value as Json };
  } catch (thrown) {
    return { problem: `${name}: not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
};

/** `0 .. 25 000 V`; empty when there are none. */
export const limitsText = (
  limits: Limits | undefined,
  unit: string | undefined,
  print: (value: number) => string,
): string => {
  if (limits === undefined) return '';
  const { minimum, maximum } = limits;
  const suffix = unit === undefined ? '' : ` ${unit}`;
  if (maximum === undefined) return minimum === undefined ? '' : `\u2265 ${print(minimum)}${suffix}`;
  return minimum === undefined
    ? `\u2264 ${print(maximum)}${suffix}`
    : `${print(minimum)} \u2026 ${print(maximum)}${suffix}`;
};
