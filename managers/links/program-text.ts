import { HardwareError } from '../../core/errors.js';

const MAX_SHOWN = 80;
const LAST_LATIN1 = 0xff;

/** One character a byte. Errors: BAD_ARGUMENT for a character that has none. */
export const latin1Bytes = (text: string): Uint8Array => {
  const foreign = foreignIn(text);
  if (foreign !== undefined) {
    const what = `"${shown(text)}" has the character "${foreign}"`;
    throw new HardwareError('BAD_ARGUMENT', `${what}: an instrument takes bytes, that is Latin-1`);
  }
  return Buffer.from(text, 'latin1');
};

/** Code by code: a block of data may be long. */
const foreignIn = (text: string): string | undefined => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > LAST_LATIN1) return text.charAt(at);
  return undefined;
};

/** The same the other way. */
export const latin1Text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Cut to 80 characters, each of them printable. */
export const shown = (text: string): string => {
  const printable = text.slice(0, MAX_SHOWN).replace(/[^ -~]/g, '.');
  return text.length > MAX_SHOWN ? `${printable}…` : printable;
};

/** Whether an instrument answers it: a query among its program units. Quoted text is left out. */
export const isQuestion = (text: string): boolean =>
  text.includes('?') && /(^|;)\s*[*:\w]+\?/.test(text.replace(/"[^"]*"|'[^']*'/g, '""'));
