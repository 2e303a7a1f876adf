/** One command or query of a program message (IEEE 488.2, 7.3). */
export type ProgramUnit = {
  /** From the root, without leading colon and without `?`, spelled as the client wrote it. */
  readonly header: string;
  readonly isQuery: boolean;
  /** What stands behind the header, without blanks around it. */
  readonly args: string;
};

/** Headers of instruments have some 60 characters; a path that is longer is not carried on to the next unit. */
const MAX_PATH = 256;

/** The units of one program message, without its terminator. A header without leading colon is relative to the path of the
 *  unit before it; `*RST` and its like leave the path alone (SCPI-99, volume 1, 6.2.4). Empty units are left out. Takes
 *  anything, in time linear to its length. */
export const parseProgramMessage = (message: string): readonly ProgramUnit[] => {
  let path = '';
  const units: ProgramUnit[] = [];
  for (const text of splitOutsideData(message, ';')) {
    const unit = parseUnit(text);
    if (unit === undefined) continue;
    const isCommon = unit.header.startsWith('*');
    const isFromRoot = isCommon || unit.header.startsWith(':');
    const header = isFromRoot ? unit.header.replace(/^:/, '') : path + unit.header;
    if (header === '') continue;
    units.push({ ...unit, header });
    if (isCommon) continue;
    const end = header.lastIndexOf(':') + 1;
    path = end <= MAX_PATH ? header.slice(0, end) : path;
  }
  return units;
};

/** The parts of an argument list, without blanks around them; none for an empty one. */
export const splitArguments = (args: string): readonly string[] =>
  args === '' ? [] : splitOutsideData(args, ',').map((part) => part.trim());

/** The number that the text begins with, whatever comes behind it: `+1.2E+00`, `5.00V`. Undefined: none, or not finite. */
export const leadingNumber = (text: string): number | undefined => {
  const [found] = LEADING_NUMBER.exec(text) ?? [];
  const value = found === undefined ? NaN : Number(found);
  return Number.isFinite(value) ? value : undefined;
};

/** `1`, `0`, `ON`, `OFF` in any case, and the numbers 1 and 0 in any form; undefined: anything else. */
export const booleanOf = (text: string): boolean | undefined => {
  const word = text.trim().toUpperCase();
  if (word === 'ON') return true;
  if (word === 'OFF') return false;
  const value = word === '' ? NaN : Number(word);
  return value === 1 ? true : value === 0 ? false : undefined;
};

/** Channels that one list may name; more are no list. */
const MAX_CHANNELS = 256;

/** The channels of `(@1)`, `(@1,3)`, `(@1:3)`, with the parentheses or without; undefined: it is no channel list. */
export const channelsInList = (list: string): readonly string[] | undefined => {
  const inner = /^\(\s*@(.*)\)$/s.exec(list.trim())?.[1] ?? list;
  const channels: string[] = [];
  for (const part of inner.split(',', MAX_CHANNELS + 1)) {
    const [, first, last = first] = /^\s*(\d{1,6}|[A-Za-z]\w{0,31})(?:\s*:\s*(\d{1,6}))?\s*$/.exec(part) ?? [];
    if (first === undefined || last === undefined) return undefined;
    channels.push(...range(first, last));
    if (channels.length > MAX_CHANNELS) return undefined;
  }
  return channels;
};

const LEADING_NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;

const range = (first: string, last: string): readonly string[] => {
  if (first === last) return [first];
  const [from, to] = [Number(first), Number(last)];
  const count = Math.min(Math.abs(to - from), MAX_CHANNELS) + 1;
  return Number.isNaN(count)
    ? []
    : Array.from({ length: count }, (_, index) => String(from + Math.sign(to - from) * index));
};

const parseUnit = (text: string): ProgramUnit | undefined => {
  const unit = text.trim();
  if (unit === '') return undefined;
  const [head = ''] = /^[^\s?]*/.exec(unit) ?? [];
  const isQuery = unit.charAt(head.length) === '?';
  return { header: head, isQuery, args: unit.slice(head.length + (isQuery ? 1 : 0)).trim() };
};

/** Splits where `separator` stands outside of strings, parentheses and definite-length blocks. */
const splitOutsideData = (text: string, separator: ';' | ','): readonly string[] => {
  if (!text.includes(separator)) return [text];
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") at = endOfString(text, at);
    else if (character === '#' && beginsData(text, at)) at = Math.max(at, endOfBlock(text, at) - 1);
    else if (character === '(') depth += 1;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (character === separator && (depth === 0 || separator === ';')) {
      parts.push(text.slice(start, at));
      start = at + 1;
      depth = 0;
    }
  }
  parts.push(text.slice(start));
  return parts;
};

/** Behind a header or a comma. */
const beginsData = (text: string, at: number): boolean => /^[\s,]?$/.test(text.charAt(at - 1));

/** Where the string that begins at `start` ends; the end of the text when nothing closes it. A quote written twice ends one
 *  string and begins the next, which comes to the same. */
const endOfString = (text: string, start: number): number => {
  const end = text.indexOf(text.charAt(start), start + 1);
  return end < 0 ? text.length : end;
};

/** Behind the block `#<digits><length><bytes>` that begins at `start`; `start` itself when none does (`#H1F` is a number).
 *  `#0` goes on to the end of the message. */
export const endOfBlock = (text: string, start: number): number => {
  const digits = text.charCodeAt(start + 1) - 48;
  if (!(digits >= 0 && digits <= 9)) return start;
  if (digits === 0) return text.length;
  const length = text.slice(start + 2, start + 2 + digits);
  return /^\d+$/.test(length) && length.length === digits ? start + 2 + digits + Number(length) : start;
};
