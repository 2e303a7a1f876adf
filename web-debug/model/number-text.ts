import type { Json } from '../../core/json-value.js';
import type { Limits } from '../../core/parameter.js';

/** What a column of a meter shows; more digits are in the raw value. */
const SIGNIFICANT_DIGITS = 7;
const THIN_SPACE = '\u202f';
const MINUS = '\u2212';

/** A number as a meter shows it: seven digits, groups of three, an exponent only where nothing else fits. With the largest
 *  value of its range, as many decimals as that leaves: 0.27 V, not 0.267798 V, on a supply of 26 kV. */
export const numberText = (value: number, fullScale = 0): string => {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const range = Math.max(size, fullScale);
  if (range !== 0 && (range >= 1e12 || range < 1e-4)) return value.toExponential(4).replaceAll('-', MINUS);
  const [whole = '', fraction] = (Number.isInteger(value) ? String(size) : size.toFixed(decimalsFor(range))).split('.');
  const isZero = !/[1-9]/.test(`${whole}${fraction ?? ''}`);
  const sign = value < 0 && !isZero ? MINUS : '';
  return `${sign}${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`}`;
};

const decimalsFor = (range: number): number => {
  const wholeDigits = range < 1 ? 1 : Math.floor(Math.log10(range)) + 1;
  return Math.max(0, SIGNIFICANT_DIGITS - wholeDigits);
};

const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, THIN_SPACE);

/** Any value in one line: a flag as a word, a structure as JSON. */
export const valueText = (value: Json, fullScale?: number): string => {
  if (typeof value === 'number') return numberText(value, fullScale);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  if (value === null) return '\u2014';
  return jsonText(value);
};

/** JSON in which an integer beyond 2^53 keeps its digits. */
export const jsonText = (value: unknown, indent?: number): string => JSON.stringify(value, exactly, indent);

const exactly = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** Limits in a few characters: `0…25.75`. Undefined: there are none. */
export const rangeText = ({ minimum, maximum }: Limits = {}): string | undefined => {
  if (minimum === undefined && maximum === undefined) return undefined;
  const [low, high] = [minimum, maximum].map((limit) => (limit === undefined ? '' : shortText(limit)));
  return `${low ?? ''}\u2026${high ?? ''}`;
};

const shortText = (value: number): string => String(Number(value.toPrecision(SIGNIFICANT_DIGITS))).replace('-', MINUS);

/** The unit as people write it: a plain number has none. */
export const unitText = (unit: string | undefined): string | undefined =>
  unit === '1' || unit === '' ? undefined : unit;

export const bytesText = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
};
