const MAX_SHOWN = 120;

/** What is wrong with a resource, in words that follow its text. */
export class Flaw extends Error {}

/** In lower case: names of computers are. */
export const host = (text = ''): string => {
  if (!/^[a-z0-9_.-]+$/i.test(text)) throw new Flaw(text === '' ? 'the host is missing' : `"${cut(text)}" is no host`);
  return text.toLowerCase();
};

/** Of TCP. */
export const port = (text: string | undefined): number => whole('port', text, 1, 65_535);

/** Anything but nothing. */
export const required = (name: string, text: string): string => {
  if (text === '') throw new Flaw(`the ${name} is missing`);
  return text;
};

/** One word between the colons. */
export const part = (name: string, text = ''): string => {
  if (/[\s:]/.test(required(name, text))) throw new Flaw(`the ${name} "${cut(text)}" has a blank or a colon in it`);
  return text;
};

/** Decimal, or hexadecimal behind 0x. */
export const whole = (name: string, text = '', minimum: number, maximum: number): number => {
  const value = /^([0-9]+|0x[0-9a-f]+)$/i.test(required(name, text)) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new Flaw(`the ${name} "${cut(text)}" is no whole number in ${minimum}..${maximum}`);
};

/** Not the whole of what somebody may have pasted. */
export const cut = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
