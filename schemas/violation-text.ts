import type { ErrorObject } from 'ajv';
import { nearest } from './nearest.js';

/** How a value that does not fit is shown; a config hides its secrets here. */
export type Quote = (path: string, value: unknown) => string;

const MAX_QUOTED = 60;
const MAX_LISTED = 20;

/** A value in a sentence, cut short: never a whole payload. */
export const quoteValue: Quote = (_path, value) => {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_QUOTED + 1)) : String(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
};

/** One violation as ajv's verbose mode reports it, as a sentence: what is wrong, what is allowed. */
export const violationText = (error: ErrorObject, quote: Quote): string => {
  const params: Readonly<Record<string, unknown>> = error.params;
  const found = (): string => quote(error.instancePath, error.data);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownMember(
        String(params['additionalProperty'] ?? params['unevaluatedProperty']),
        membersOf(error.parentSchema),
      );
    case 'required':
      return `needs "${String(params['missingProperty'])}"`;
    case 'enum':
      return choiceText(error.data, asList(params['allowedValues']).map(String), found());
    case 'const':
      return `must be ${quoteValue('', params['allowedValue'])}, not ${found()}`;
    case 'type':
      return `must be ${typeNames(params['type'])}, not ${found()}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${String(params['comparison'])} ${String(params['limit'])}, not ${found()}`;
    case 'pattern':
      return `must match ${String(params['pattern'])}, not ${found()}`;
    case 'discriminator':
      return `${String(params['tag'])}: ${choiceText(params['tagValue'], branchNames(error.parentSchema, String(params['tag'])))}`;
    default:
      return error.message ?? `does not fit "${error.keyword}"`;
  }
};

const choiceText = (value: unknown, allowed: readonly string[], shown = quoteValue('', value)): string => {
  if (value === undefined) return `is missing; must be one of ${list(allowed)}`;
  return `must be one of ${list(allowed)}, not ${shown}${typeof value === 'string' ? didYouMean(value, allowed) : ''}`;
};

/** What a tag may say: the constant of each branch of a tagged choice. */
const branchNames = (schema: unknown, tag: string): readonly string[] =>
  asList(member(schema, 'oneOf')).flatMap((branch) => {
    const name = member(member(member(branch, 'properties'), tag), 'const');
    return typeof name === 'string' ? [name] : [];
  });

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** A key nobody knows, with what is known and the likeliest meant. */
export const unknownMember = (name: string, known: readonly string[]): string => {
  const listed = known.length === 0 ? 'none is allowed' : `known: ${list(known)}`;
  return `unknown "${name.slice(0, MAX_QUOTED)}"; ${listed}${didYouMean(name, known)}`;
};

export const didYouMean = (word: string, known: readonly string[]): string => {
  const guess = nearest(word, known);
  return guess === undefined ? '' : `; did you mean "${guess}"?`;
};

const list = (words: readonly string[]): string =>
  words.length > MAX_LISTED ? `${words.slice(0, MAX_LISTED).join(', ')} ...` : words.join(', ');

const membersOf = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const articles: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const typeNames = (types: unknown): string =>
  asList(types)
    .map((type) => articles[String(type)] ?? String(type))
    .join(' or ');
