/** What goes to a Prologix-style GPIB adapter (psu-rest spec, 4): lines that begin with `++` are for the adapter, all others for
 *  the instrument that it addresses. */
export type PrologixLine =
  | { readonly type: 'command'; readonly words: readonly string[] }
  | { readonly type: 'data'; readonly bytes: Uint8Array };

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const PLUS = 0x2b;

/** A read is given up by the adapter this long after the last byte. */
export const READ_TIMEOUT_MS = 50;
/** Put behind an answer by the adapter where END came with its last byte: ASCII's end of transmission. */
export const END_OF_ANSWER = 4;

/** The adapter's settings, sent after each connect. Several instruments share it, so it reads only when it is told to. */
export const setUpCommands: readonly string[] = [
  'mode 1', // controller
  'auto 0', // no reading by itself
  `read_tmo_ms ${READ_TIMEOUT_MS}`,
  'eos 3', // adds nothing to what is sent
  'eoi 1', // END with the last byte of it
  'eot_enable 0',
  // Beyond what the reference client sends: shows where an answer ends, also one of several lines.
  `eot_char ${END_OF_ANSWER}`,
  'eot_enable 1',
];

/** A line for the adapter itself. */
export const commandLine = (command: string): Uint8Array =>
  Uint8Array.from(`++${command}\n`, (character) => character.charCodeAt(0));

/** A line for the instrument: the bytes that mean something to the adapter get an ESC before them. */
export const dataLine = (bytes: Uint8Array): Uint8Array => {
  const line = new Uint8Array(bytes.length + bytes.filter(isSpecial).length + 1);
  let at = 0;
  for (const byte of bytes) {
    if (isSpecial(byte)) line[at++] = ESC;
    line[at++] = byte;
  }
  line[at] = LF;
  return line;
};

const isSpecial = (byte: number): boolean => byte === LF || byte === CR || byte === ESC || byte === PLUS;

/** Addresses as the adapter takes them: it counts secondary ones from 96 (manual, `++addr`), resource strings from 0. */
export const addressWords = (primary: number, secondary?: number): string => {
  if (secondary === undefined) return String(primary);
  return `${primary} ${secondary < FIRST_SECONDARY ? secondary + FIRST_SECONDARY : secondary}`;
};

export const FIRST_SECONDARY = 96;

/** Splits what a client sends into lines, as an adapter does. An endless line is cut: its end counts as a line of its own. */
export class PrologixLineReader {
  readonly #maxLineBytes: number;
  #line: number[] = [];
  /** The first two bytes were `++`, and not escaped. */
  #pluses = 0;
  #isEscaped = false;

  constructor(maxLineBytes = 1_048_576) {
    this.#maxLineBytes = maxLineBytes;
  }

  push(bytes: Uint8Array): readonly PrologixLine[] {
    const lines: PrologixLine[] = [];
    for (const byte of bytes) {
      if (!this.#isEscaped && (byte === LF || byte === CR)) lines.push(...this.#end());
      else if (!this.#isEscaped && byte === ESC) this.#isEscaped = true;
      else this.#take(byte);
      if (this.#line.length >= this.#maxLineBytes) lines.push(...this.#end());
    }
    return lines;
  }

  #take(byte: number): void {
    if (!this.#isEscaped && byte === PLUS && this.#line.length === this.#pluses && this.#pluses < 2) this.#pluses += 1;
    this.#isEscaped = false;
    this.#line.push(byte);
  }

  /** Empty lines are nothing: a client may end its lines with CR LF. */
  #end(): readonly PrologixLine[] {
    const bytes = Uint8Array.from(this.#line);
    const isCommand = this.#pluses === 2;
    this.#line = [];
    this.#pluses = 0;
    this.#isEscaped = false;
    if (bytes.length === 0) return [];
    return isCommand ? [{ type: 'command', words: wordsOf(bytes.subarray(2)) }] : [{ type: 'data', bytes }];
  }
}

const wordsOf = (bytes: Uint8Array): readonly string[] =>
  String.fromCharCode(...bytes.subarray(0, MAX_COMMAND_BYTES))
    .split(' ')
    .filter((word) => word !== '');

/** A command has a word and a few numbers; what is longer is none. */
const MAX_COMMAND_BYTES = 256;
