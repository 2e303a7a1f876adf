import { HardwareError } from '../errors.js';

/** Placeholders of a header and what stands for them: `{ channel: '2' }`. */
export type HeaderValues = { readonly [name: string]: string };

/** A header as manuals write it, `[SOURce:]VOLTage[:LEVel]`, `ISUMmary{channel}`, `V{channel}O`. */
export type HeaderPattern = {
  /** Without what is optional, short form: `VOLT`, `ISUM{channel}`. */
  readonly short: string;
  /** What stands for the placeholders when the header fits, in its short or long form, in any case; else undefined. */
  readonly match: (header: string) => HeaderValues | undefined;
};

/** Errors: BAD_ARGUMENT for what is no header. */
export const headerPattern = (text: string): HeaderPattern => {
  const names: string[] = [];
  let short = '';
  let source = '';
  let depth = 0;
  for (const token of tokens(text)) {
    if (token === '[') depth += 1;
    else if (token === ']') depth -= 1;
    else if (depth === 0) short += shortWord(token);
    if (depth < 0) break;
    source += token.startsWith('{') ? placeholder(token, names) : sourceOf(token);
  }
  if (depth !== 0) refuse(text, 'has brackets that do not match');
  if (short === '') refuse(text, 'has nothing that is not optional');
  // A header that arrives has lost its leading colon; here it has one again, so that any first node may be optional.
  const whole = new RegExp(`^${/^\[?:/.test(text) ? '' : ':'}${source}$`, 'i');
  const match = (header: string): HeaderValues | undefined => {
    const found = whole.exec(`:${header}`);
    return found === null ? undefined : Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
  };
  return { short, match };
};

/** `[SOURce:]VOLTage[:LEVel]?` without what is optional, in its short form: `VOLT?`. Placeholders stay. */
export const shortForm = (header: string): string => {
  const isQuery = header.endsWith('?');
  return headerPattern(isQuery ? header.slice(0, -1) : header).short + (isQuery ? '?' : '');
};

/** A mnemonic such as `VOLTage` in short and long form, in any case. */
export const isSpelling = (mnemonic: string, word: string): boolean => {
  const said = word.toUpperCase();
  return said === mnemonic.toUpperCase() || said === shortWord(mnemonic).toUpperCase();
};

const tokens = (text: string): readonly string[] => {
  const found = text.match(/\{\w+\}|[A-Za-z_]+|[0-9.]+|[[\]:*]/g) ?? [];
  if (found.join('') !== text || text === '') refuse(text, 'is no header: letters, digits, : [ ] and {names} are');
  return found;
};

/** Capital letters are the short form; a word in small letters has only the one. */
const shortWord = (token: string): string => (/^[A-Z]+[a-z]+$/.test(token) ? token.replace(/[a-z]+$/, '') : token);

/** SCPI knows numbers alone as suffixes. */
const placeholder = (token: string, names: string[]): string => {
  names.push(token.slice(1, -1));
  return '(\\d{1,6})';
};

const sourceOf = (token: string): string => {
  if (token === '[') return '(?:';
  if (token === ']') return ')?';
  const short = shortWord(token);
  if (short !== token) return `${short}(?:${token.slice(short.length)})?`;
  return token.replace(/[.*]/g, '\\$&');
};

const refuse = (header: string, why: string): never => {
  throw new HardwareError('BAD_ARGUMENT', `"${header.slice(0, 80)}" ${why}`);
};
