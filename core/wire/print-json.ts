import type { Json, JsonObject } from '../json-value.js';

/** `compact` as JSON.stringify, `spaced` as Python's json.dumps, `indent4` as json.dumps with indent=4. */
export type JsonStyle = 'compact' | 'spaced' | 'indent4';

type Layout = { readonly comma: string; readonly colon: string; readonly indent: string };

const layouts: Readonly<Record<JsonStyle, Layout>> = {
  compact: { comma: ',', colon: ':', indent: '' },
  spaced: { comma: ', ', colon: ': ', indent: '' },
  indent4: { comma: ',', colon: ': ', indent: '    ' },
};

type Job = { readonly root: Json; readonly layout: Layout; readonly isAscii: boolean };

/** Prints a bigint as its digits and, with `ascii`, everything beyond ASCII as \uXXXX, which is Python's default.
 *  Throws RangeError with the path of a NaN or an infinity: Online drops such a message without a word. */
export const printJson = (
  value: Json,
  style: JsonStyle,
  { ascii = false }: { readonly ascii?: boolean } = {},
): string => print(value, { root: value, layout: layouts[style], isAscii: ascii }, '\n');

const print = (value: Json, job: Job, newline: string): string => {
  if (typeof value === 'string') return quote(value, job.isAscii);
  if (typeof value === 'number' && !Number.isFinite(value)) throw notFinite(value, job.root);
  if (value === null || typeof value !== 'object') return String(value);
  return isArray(value) ? printArray(value, job, newline) : printObject(value, job, newline);
};

const printObject = (object: JsonObject, job: Job, newline: string): string => {
  const { layout, isAscii } = job;
  const inner = layout.indent === '' ? '' : newline + layout.indent;
  let text = '';
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : layout.comma}${inner}${quote(key, isAscii)}${layout.colon}${print(value, job, inner)}`;
  }
  if (text === '') return '{}';
  return layout.indent === '' ? `${text}}` : `${text}${newline}}`;
};

const printArray = (array: readonly Json[], job: Job, newline: string): string => {
  const { layout } = job;
  const inner = layout.indent === '' ? '' : newline + layout.indent;
  let text = '';
  for (const value of array) text += `${text === '' ? '[' : layout.comma}${inner}${print(value, job, inner)}`;
  if (text === '') return '[]';
  return layout.indent === '' ? `${text}]` : `${text}${newline}]`;
};

const needsEscape = /[^ !#-[\]-~]/;
const beyondAscii = /[^ -~]/g;

const quote = (text: string, isAscii: boolean): string => {
  if (!needsEscape.test(text)) return `"${text}"`;
  const quoted = JSON.stringify(text);
  return isAscii ? quoted.replace(beyondAscii, escapeUnit) : quoted;
};

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const notFinite = (value: number, root: Json): RangeError =>
  new RangeError(`${pathOf(root, (found) => Object.is(found, value)) ?? ''} is ${value}, which JSON cannot say`);

/** JSON pointer to the first value that fits; slow, for error messages. */
const pathOf = (value: Json, fits: (value: Json) => boolean, path = ''): string | undefined => {
  if (fits(value)) return path === '' ? 'value' : path;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, item] of Object.entries<Json>(value)) {
    const found = pathOf(item, fits, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
