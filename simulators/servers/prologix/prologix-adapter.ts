import { FIRST_SECONDARY, type PrologixLine } from '../../../core/wire/prologix.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import type { GpibBus } from './gpib-bus.js';
import {
  endsOfString,
  initialSettings,
  isPrologixSetting,
  numberWithin,
  prologixSettings,
  type PrologixValues,
} from './prologix-settings.js';

export const PROLOGIX_VERSION = 'Prologix GPIB-ETHERNET Controller version 01.06.06.00 (simulated)';

/** Where what the adapter says goes to. */
export type Say = (bytes: Uint8Array) => void;

type Turn = { readonly words: readonly string[]; readonly say: Say; readonly signal: AbortSignal };

/** GPIB has 15 devices on a bus. */
const MAX_TRIGGERED = 15;
const MAX_PRIMARY = 30;
const LAST_SECONDARY = 126;
const PIECE_BYTES = 65_536;
const MAX_CHARACTER = 255;

const text = (line: string): Uint8Array => Uint8Array.from(line, (character) => character.charCodeAt(0));

/** A simulated GPIB adapter: what it keeps, and what each of its commands does. It works off one line after the other. */
export class SimulatedPrologix {
  readonly #bus: GpibBus;
  #values: PrologixValues = initialSettings();
  #primary = 5;
  #secondary: number | undefined;

  constructor(bus: GpibBus) {
    this.#bus = bus;
  }

  /** Resolves with `reboot` when the line switches it off and on. Rejects when `signal` is aborted. */
  async work(line: PrologixLine, say: Say, signal: AbortSignal): Promise<'done' | 'reboot'> {
    if (line.type === 'data') {
      await this.#tell(line.bytes, say, signal);
      return 'done';
    }
    const [name = '', ...words] = line.words;
    if (name === 'rst' && words.length === 0) {
      this.#values = initialSettings();
      return 'reboot';
    }
    const turn = { words, say, signal };
    const command = Object.hasOwn(this.#commands, name) ? this.#commands[name] : undefined;
    const isDone = isPrologixSetting(name) ? this.#set(name, turn) : await command?.(turn);
    if (isDone !== true) say(text('Unrecognized command\r\n'));
    return 'done';
  }

  /** Each says whether it is one: the adapter has one word for everything that it does not understand. */
  readonly #commands: { readonly [name: string]: (turn: Turn) => boolean | Promise<boolean> } = {
    addr: ({ words, say }) => {
      if (words.length === 0) return answer(say, [this.#primary, this.#secondary ?? []].flat().join(' '));
      const address = addressOf(words);
      if (address === undefined) return false;
      [this.#primary, this.#secondary] = address;
      return true;
    },
    read: async ({ words: [word, ...more], say, signal }) => {
      const until = word === undefined || word === 'eoi' ? word : numberWithin(word, 0, MAX_CHARACTER);
      if (more.length > 0 || (word !== undefined && until === undefined)) return false;
      await this.#read(until, say, signal);
      return true;
    },
    clr: ({ words }) => words.length === 0 && (this.#bus.clear(this.#primary), true),
    trg: ({ words }) => {
      const all = words.map((word) => numberWithin(word, 0, LAST_SECONDARY));
      if (all.includes(undefined) || all.length > 2 * MAX_TRIGGERED) return false;
      const primaries = all.filter((number) => number !== undefined && number <= MAX_PRIMARY);
      for (const primary of primaries.length === 0 ? [this.#primary] : primaries) this.#bus.trigger(primary ?? 0);
      return true;
    },
    spoll: ({ words, say }) => {
      const [primary] = words.length === 0 ? [this.#primary] : (addressOf(words) ?? []);
      return primary !== undefined && answer(say, this.#bus.serialPoll(primary));
    },
    srq: ({ words, say }) => words.length === 0 && answer(say, this.#bus.isServiceRequested ? 1 : 0),
    ver: ({ words, say }) => words.length === 0 && answer(say, PROLOGIX_VERSION),
    // What it changes on a real bus has no meaning for instruments without a front panel.
    ifc: ({ words }) => words.length === 0,
    loc: ({ words }) => words.length === 0,
    llo: ({ words }) => words.length === 0 || words[0] === 'all',
    help: ({ words, say }) =>
      words.length === 0 && answer(say, [...Object.keys(prologixSettings), ...this.#names].join(' ')),
  };

  get #names(): readonly string[] {
    return [...Object.keys(this.#commands), 'rst'];
  }

  #set(name: keyof PrologixValues, { words, say }: Turn): boolean {
    if (words.length === 0) return answer(say, this.#values[name]);
    const { minimum, maximum } = prologixSettings[name];
    const value = words.length > 1 ? undefined : numberWithin(words[0], minimum, maximum);
    if (value === undefined) return false;
    this.#values = { ...this.#values, [name]: value };
    return true;
  }

  /** In device mode the adapter is an instrument itself, of which nobody here asks anything. */
  async #tell(bytes: Uint8Array, say: Say, signal: AbortSignal): Promise<void> {
    const { mode, eos, eoi, auto } = this.#values;
    if (mode === 0) return;
    this.#bus.write(this.#primary, joinBytes([bytes, text(endsOfString[eos] ?? '')]), eoi === 1);
    if (auto === 1) await this.#read('eoi', say, signal);
  }

  /** To END, to a character, or until the instrument says nothing for the time that was set. */
  async #read(until: 'eoi' | number | undefined, say: Say, signal: AbortSignal): Promise<void> {
    const { mode, read_tmo_ms, eot_enable, eot_char } = this.#values;
    for (let isOver = mode === 0; !isOver;) {
      // A character at a time where one character is looked for: what is behind it stays in the instrument.
      const maxBytes = typeof until === 'number' ? 1 : PIECE_BYTES;
      const piece = await this.#bus.read(this.#primary, maxBytes, read_tmo_ms, signal);
      if (piece === undefined) return;
      say(piece.isEnd && eot_enable === 1 ? joinBytes([piece.bytes, Uint8Array.of(eot_char)]) : piece.bytes);
      isOver = (until === 'eoi' && piece.isEnd) || piece.bytes.at(-1) === until;
    }
  }
}

const answer = (say: Say, value: string | number): true => {
  say(text(`${value}\r\n`));
  return true;
};

const addressOf = (words: readonly string[]): readonly [number, number | undefined] | undefined => {
  const primary = numberWithin(words[0], 0, MAX_PRIMARY);
  const secondary = numberWithin(words[1], FIRST_SECONDARY, LAST_SECONDARY);
  if (primary === undefined || words.length > 2 || (words.length === 2 && secondary === undefined)) return undefined;
  return [primary, secondary];
};
