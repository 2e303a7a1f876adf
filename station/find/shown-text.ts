/** Room for the longest identity that is still one. */
const MAX_SHOWN = 120;

/** Bytes of strangers for a terminal and a YAML comment: printable ASCII as it is, all else as `\x1b` or `\u202e`, cut. */
export const shownText = (text: string, limit = MAX_SHOWN): string => {
  const escaped = text.slice(0, limit).replace(/[^ -~]|\\/g, escapeOf);
  return text.length > limit ? `${escaped}...` : escaped;
};

const escapeOf = (character: string): string => {
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.charCodeAt(0);
  return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
};

const short: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
