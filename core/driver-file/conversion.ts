import { HardwareError } from '../errors.js';
import type { Json } from '../json-value.js';
import type { ChannelId } from '../message.js';
import { unreachable } from '../unreachable.js';
import { booleanOf, leadingNumber } from '../wire/scpi.js';
import type { ResolvedParameter, ResolvedValue } from './resolve.js';
import { unquoted } from './wire-words.js';

/** SCPI-99, volume 1, 7.2.1.4 and 7.2.1.5: infinity is 9.9E37, and 9.91E37 is no number. Meters say it for an overload. */
const INFINITY = 9.9e37;
/** Of an answer that cannot be understood, so much is quoted. */
const QUOTED = 80;
/** A double has 15 digits that can be relied upon; what a division adds behind them is noise. */
const DIGITS = 15;

/** The text that stands for `{value}`. Errors: BAD_ARGUMENT for what the wire has no word for. */
export const toWire = (parameter: ResolvedValue, value: Json): string => {
  const { name, type, scale, words } = parameter;
  const refuse = (why: string): never => {
    throw new HardwareError('BAD_ARGUMENT', `${name} ${spell(value)} ${why}`);
  };
  switch (type) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return refuse('is no finite number');
      return scale === 1 ? String(value) : String(Number((value / scale).toPrecision(DIGITS)));
    case 'flag':
    case 'choice':
      return words.toWire.get(spell(value)) ?? refuse(`is none of ${[...words.toWire.keys()].join(', ')}`);
    case 'text':
      if (typeof value !== 'string' || !/^[\x20-\x7e\xa0-\xff]*$/.test(value))
        return refuse('is no line of Latin-1 text');
      return value.replaceAll('"', '""'); // it stands in quotes: nobody gets out of them and into a command of his own
    default:
      return unreachable(type);
  }
};

/** What an answer means in our units and words. Errors: DEVICE_FAULT quoting the answer. */
export const fromWire = (parameter: ResolvedParameter, answer: string, channel: ChannelId | undefined): Json => {
  const text = partThatIsMeant(parameter, answer);
  const { bits, words } = parameter;
  const meaning = bits === undefined ? understood(parameter, text, words.fromWire) : fromBits(parameter, text, channel);
  return meaning ?? notUnderstood(parameter, answer, expected(parameter));
};

/** What `{value}` means in a command that a simulated instrument was sent; undefined: nothing that the parameter can be. */
export const valueTold = (parameter: ResolvedValue, text: string): Json | undefined =>
  understood(parameter, text, parameter.words.told);

const understood = (
  { type, scale }: ResolvedValue,
  text: string,
  wordFor: (said: string) => string | undefined,
): Json | undefined => {
  switch (type) {
    case 'number':
      return scaled(leadingNumber(text), scale);
    case 'flag':
      return asFlag(wordFor(text)) ?? booleanOf(text);
    case 'choice':
      return wordFor(text);
    case 'text':
      return unquoted(text.trim());
    default:
      return unreachable(type);
  }
};

/** How numbers are printed: `nr3` +1.20000000E+00, `nr2` 1.200. */
export type NumberStyle = { readonly numbers: 'nr2' | 'nr3'; readonly decimals: number };

/** The answer of a simulated instrument; a number is the part of a word of bits that this parameter contributes: the parts
 *  of all parameters with the same query are added, and printed by `printBits`. */
export const printAnswer = (
  parameter: ResolvedParameter,
  value: Json,
  channel: ChannelId | undefined,
  style: NumberStyle,
): string | number => {
  const { bits, printed } = parameter;
  if (bits !== undefined) return bitsOf(parameter, value, maskOf(bits, channel));
  const text = printValue(parameter, value, style);
  return printed.replaceAll('{channel}', String(channel ?? '')).replaceAll('{value}', () => text);
};

export const printBits = (bits: number, base: 10 | 16 | undefined): string =>
  base === 16 ? `0x${bits.toString(16)}` : String(bits);

const printValue = (parameter: ResolvedValue, value: Json, style: NumberStyle): string => {
  const { type, scale, words } = parameter;
  if (type === 'number' && typeof value === 'number') return printNumber(value / scale, style);
  return type === 'text' ? spell(value) : (words.asked.get(spell(value)) ?? spell(value));
};

const printNumber = (value: number, { numbers, decimals }: NumberStyle): string => {
  if (numbers === 'nr2') return value.toFixed(decimals);
  const [mantissa = '', exponent = '0'] = value.toExponential(decimals).split('e');
  const power = Number(exponent);
  const sign = value < 0 || Object.is(value, -0) ? '' : '+';
  return `${sign}${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
};

const partThatIsMeant = (parameter: ResolvedParameter, answer: string): string => {
  const { pattern } = parameter;
  if (pattern === undefined) return answer;
  return pattern.exec(answer)?.[1] ?? notUnderstood(parameter, answer, `does not match ${pattern.source}`);
};

/** A word of ours, as the tables have it. */
const spell = (value: Json): string =>
  typeof value === 'object' ? JSON.stringify(value).slice(0, QUOTED) : String(value);

const scaled = (value: number | undefined, scale: number): number | undefined => {
  if (value === undefined || Math.abs(value) >= INFINITY) return undefined;
  return scale === 1 ? value : Number((value * scale).toPrecision(DIGITS));
};

const asFlag = (word: string | undefined): boolean | undefined => (word === undefined ? undefined : word === 'true');

type Bits = NonNullable<ResolvedParameter['bits']>;

const maskOf = ({ mask }: Bits, channel: ChannelId | undefined): number =>
  typeof mask === 'number' ? mask : (mask[String(channel ?? '')] ?? 0);

/** The value of the lowest bit of the mask: dividing by it moves the rest down. */
const lowestBit = (mask: number): number => mask & -mask || 1;

const fromBits = (parameter: ResolvedParameter, text: string, channel: ChannelId | undefined): Json | undefined => {
  const { bits, type, words, scale } = parameter;
  const all = wordOfBits(text.trim(), bits?.base);
  if (bits === undefined || all === undefined) return undefined;
  const mask = maskOf(bits, channel);
  const left = (all & mask) / lowestBit(mask);
  if (type === 'flag') return left !== 0;
  return type === 'choice' ? words.fromWire(String(left)) : scaled(left, scale);
};

/** Decimal as any number, `+48` and `4.8E1`; hexadecimal with or without `0x` or `#H`. */
export const wordOfBits = (text: string, base: 10 | 16 | undefined): number | undefined => {
  const hex = /^(?:0x|#h)?([0-9a-f]{1,8})$/i.exec(text)?.[1];
  const value = base === 16 ? parseInt(hex ?? '', 16) : leadingNumber(text);
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined;
};

const bitsOf = ({ type, words, scale }: ResolvedValue, value: Json, mask: number): number => {
  if (type === 'flag') return value === true ? mask : 0;
  const left = type === 'choice' ? Number(words.asked.get(spell(value)) ?? 0) : Number(value) / scale;
  return (left * lowestBit(mask)) & mask;
};

const expected = ({ type, choices }: ResolvedValue): string => {
  if (type === 'number') return 'is no number, or an overload';
  return type === 'choice' ? `is none of ${choices.join(', ')}` : 'is neither on nor off';
};

const notUnderstood = ({ name, ask = name }: ResolvedParameter, answer: string, why: string): never => {
  throw new HardwareError('DEVICE_FAULT', `${name}: ${ask} was answered by "${answer.slice(0, QUOTED)}", which ${why}`);
};
