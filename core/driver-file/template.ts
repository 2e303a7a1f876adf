import { HardwareError } from '../errors.js';
import { splitArguments, type ProgramUnit } from '../wire/scpi.js';
import { headerPattern, isSpelling, type HeaderPattern } from '../wire/scpi-header.js';

/** One argument: text between placeholders, such as `CH{channel}`, `(@{channel})`, `{value} V`. `literals` has one more. */
type ArgumentPattern = {
  readonly text: string;
  readonly names: readonly string[];
  readonly literals: readonly string[];
};

/** A command or query of a driver file, `[SOURce:]VOLTage {value},(@{channel})`, taken apart once. */
export type Template = {
  readonly header: HeaderPattern;
  readonly isQuery: boolean;
  readonly parts: readonly ArgumentPattern[];
  /** Of the arguments, as written. */
  readonly args: string;
};

export type TemplateValues = { readonly [name: string]: string | number };

/** Errors: BAD_ARGUMENT for what is no single command. */
export const template = (text: string): Template => {
  const [, head = '', query = '', rest = ''] = /^([^\s?]*)(\??)(.*)$/s.exec(text.trim()) ?? [];
  const args = rest.trim();
  if (/[;\n\r]/.test(args)) {
    throw new HardwareError('BAD_ARGUMENT', `"${text.slice(0, 80)}" is more than one command: give each a line`);
  }
  const parts = splitArguments(args).map(argumentPattern);
  return { header: headerPattern(head), isQuery: query === '?', parts, args };
};

/** The same with one argument more before all others: `VOLTage? (@{channel})` with `MAXimum`. */
export const withArgument = (from: Template, argument: string): Template => {
  const args = from.args === '' ? argument : `${argument},${from.args}`;
  return { ...from, args, parts: [argumentPattern(argument), ...from.parts] };
};

/** What is sent: the header in its short form without what is optional, the arguments as written. Errors: BAD_ARGUMENT when a
 *  value is missing, or would not stay inside its command. */
export const render = ({ header, isQuery, args }: Template, values: TemplateValues): string => {
  const text = `${header.short}${isQuery ? '?' : ''}${args === '' ? '' : ` ${args}`}`;
  return text.replace(PLACEHOLDER, (_, name: string, at: number) => {
    const value = Object.hasOwn(values, name) ? String(values[name]) : undefined;
    if (value === undefined) throw new HardwareError('BAD_ARGUMENT', `"${text}" has no value for {${name}}`);
    const isQuoted = text.charAt(at - 1) === '"';
    if (isQuoted ? /[\n\r]/.test(value) : /[\n\r;]/.test(value)) {
      throw new HardwareError('BAD_ARGUMENT', `${name} "${value.slice(0, 80)}" would be more than one command`);
    }
    return value;
  });
};

/** What stands for the placeholders in a command that was received; undefined: it is another one. A trailing channel list may
 *  be left out, then `channel` is absent; a list of several is handed on as written, `1,3`. Strings keep their quotes. */
export const matchTemplate = (wanted: Template, unit: ProgramUnit): { readonly [name: string]: string } | undefined => {
  if (wanted.isQuery !== unit.isQuery) return undefined;
  const inHeader = wanted.header.match(unit.header);
  const inArguments = inHeader && matchArguments(wanted, unit.args);
  return inArguments && { ...inHeader, ...inArguments };
};

/** The second half of `matchTemplate`, for who has looked up the header already. */
export const matchArguments = ({ parts }: Template, args: string): { readonly [name: string]: string } | undefined => {
  const given = splitArguments(args);
  const isWithoutList = given.length === parts.length - 1 && parts.at(-1)?.text === CHANNEL_LIST;
  if (given.length !== parts.length && !isWithoutList) return undefined;
  const values: { [name: string]: string } = {};
  for (const [index, argument] of given.entries()) {
    const found = parts[index] && matchArgument(parts[index], argument);
    if (found === undefined) return undefined;
    Object.assign(values, found);
  }
  return values;
};

const PLACEHOLDER = /\{(\w+)\}/g;
const CHANNEL_LIST = '(@{channel})';

const argumentPattern = (text: string): ArgumentPattern => {
  const pieces = text.split(PLACEHOLDER);
  return {
    text: text.replace(/\s/g, ''),
    names: pieces.filter((_, index) => index % 2 === 1),
    literals: pieces.filter((_, index) => index % 2 === 0).map((literal) => literal.replace(/\s/g, '').toUpperCase()),
  };
};

const NUMERIC_WORDS = ['MINimum', 'MAXimum', 'DEFault'];

const matchArgument = (
  { text, names, literals }: ArgumentPattern,
  argument: string,
): { readonly [name: string]: string } | undefined => {
  const [name] = names;
  if (name === undefined) return isWord(text, argument) ? {} : undefined;
  const isWhole = names.length === 1 && literals.every((literal) => literal === '');
  if (isWhole) return { [name]: argument };
  if (text === `"{${name}}"`) return /^["']/.test(argument) ? { [name]: argument } : undefined;
  return between(names, literals, argument.replace(/\s/g, ''));
};

const isWord = (text: string, argument: string): boolean => {
  const numericWord = NUMERIC_WORDS.find((word) => isSpelling(word, text)) ?? text;
  return isSpelling(numericWord, argument.replace(/\s/g, ''));
};

/** The pieces of `argument` between the literals, found from left to right; the last literal ends it. */
const between = (
  names: readonly string[],
  literals: readonly string[],
  argument: string,
): { readonly [name: string]: string } | undefined => {
  const upper = argument.toUpperCase();
  const [first = ''] = literals;
  if (!upper.startsWith(first)) return undefined;
  const values: { [name: string]: string } = {};
  let at = first.length;
  for (const [index, name] of names.entries()) {
    const literal = literals[index + 1] ?? '';
    const isLast = index === names.length - 1;
    const end = isLast ? upper.length - literal.length : upper.indexOf(literal, at);
    if (end < at || !upper.startsWith(literal, end)) return undefined;
    // `5MV` is no number of `V`.
    if (/^[A-Z]/.test(literal) && /[A-Z]/.test(upper.charAt(end - 1)) && end > at) return undefined;
    values[name] = argument.slice(at, end);
    at = end + literal.length;
  }
  return values;
};
