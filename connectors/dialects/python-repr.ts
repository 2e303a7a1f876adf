import { isJsonObject, type Json } from '../../core/json-value.js';

/** A value as Python prints it inside an error text. One thing cannot be known here: `1` and `1.0` are the same number
 *  after JSON has been read, so a whole number prints without a point. */
export const pythonRepr = (value: Json): string => {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return stringRepr(value);
  if (typeof value === 'number') return numberRepr(value);
  if (typeof value === 'bigint') return String(value);
  if (!isJsonObject(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
};

/** Whole numbers up to 2^53 were integers in the text, as a rule; larger ones would have come as bigint. */
const numberRepr = (value: number): string => {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  const [, sign = '', digits = '', exponentText = ''] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(exponentText);
  // Python turns to the exponent below 1e-4 and from 1e16 on.
  if (exponent >= -4 && exponent < 16) return plainRepr(value, exponent);
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${digits}e${exponent < 0 ? '-' : '+'}${power}`;
};

const plainRepr = (value: number, exponent: number): string => {
  const text = exponent < 0 || !Number.isInteger(value) ? String(value) : `${value}.0`;
  return text;
};

const shortEscapes: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What Python does not print as it is: controls, formats, lone surrogates, unassigned, and every blank but the space. */
const unprintable = /[\\\p{C}\p{Z}]/gu;

const plain = /^[ !#-&(-[\]-~]*$/;

const stringRepr = (text: string): string => {
  if (plain.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(unprintable, escapeCharacter);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
};

const escapeCharacter = (character: string): string => {
  if (character === ' ') return character;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
};

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
