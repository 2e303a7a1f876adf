import { matchArguments, type Template } from '../../core/driver-file/template.js';
import { parseProgramMessage, splitArguments, type ProgramUnit } from '../../core/wire/scpi.js';
import type { Machine } from './machine.js';
import { scpiErrors, type ScpiError } from './scpi-error.js';

export type CommandValues = { readonly [name: string]: string };

/** An answer, a refusal, or nothing to say. */
export type Outcome = string | ScpiError | undefined;

export type CommandEntry = {
  readonly template: Template;
  /** Whatever its arguments are. */
  readonly takesAnything?: true;
  readonly handle: (machine: Machine, values: CommandValues) => Outcome;
};

/** One unit of a program message, ready to be done. */
export type Action = (machine: Machine) => Outcome;

/** Messages and headers that are remembered; then it starts anew. */
const MAX_REMEMBERED = 2_048;
const MAX_REMEMBERED_LENGTH = 128;
/** A message with more would stop everything else in this process for a moment; a real parser has room for some ten. */
const MAX_UNITS = 1_000;
/** IEEE 488.2, 7.6.1.4.1: what a header is made of. */
const HEADER = /^\*?[A-Za-z][\w:]*$/;

type Candidate = { readonly entry: CommandEntry; readonly inHeader: CommandValues };

/** All that an instrument understands. What it has been told once it finds again by the text of the message, without looking
 *  at its commands one by one. Instruments of one model share it. */
export class CommandSet {
  readonly #entries: readonly CommandEntry[];
  readonly #messages = new Map<string, readonly Action[]>();
  readonly #headers = new Map<string, readonly Candidate[]>();

  /** The first entry that fits is taken. */
  constructor(entries: readonly CommandEntry[]) {
    this.#entries = entries;
  }

  actionsOf(message: string): readonly Action[] {
    const known = this.#messages.get(message);
    if (known !== undefined) return known;
    const actions = hasTooManyUnits(message) ? [() => scpiErrors.inputOverrun] : this.#parsed(message);
    if (message.length <= MAX_REMEMBERED_LENGTH) remember(this.#messages, message, actions);
    return actions;
  }

  /** What stands behind a command error is not looked at: the parser has lost its place in the message. */
  #parsed(message: string): readonly Action[] {
    const actions: Action[] = [];
    for (const unit of parseProgramMessage(message)) {
      const found = this.#actionOf(unit);
      if (typeof found === 'function') {
        actions.push(found);
        continue;
      }
      return [...actions, () => found];
    }
    return actions;
  }

  #actionOf(unit: ProgramUnit): Action | ScpiError {
    const candidates = this.#candidates(unit.header).filter(({ entry }) => entry.template.isQuery === unit.isQuery);
    for (const { entry, inHeader } of candidates) {
      const inArguments = entry.takesAnything === true ? {} : matchArguments(entry.template, unit.args);
      if (inArguments === undefined) continue;
      const values = { ...inHeader, ...inArguments };
      return (machine) => entry.handle(machine, values);
    }
    return candidates.length === 0 ? headerError(unit.header) : argumentError(candidates, unit.args);
  }

  #candidates(header: string): readonly Candidate[] {
    const key = header.toUpperCase();
    const known = this.#headers.get(key);
    if (known !== undefined) return known;
    const found =
      [header, `SOURce:${header}`].map((each) => this.#matching(each)).find(({ length }) => length > 0) ?? [];
    if (key.length <= MAX_REMEMBERED_LENGTH) remember(this.#headers, key, found);
    return found;
  }

  /** A driver file may say the node SOURce that every instrument lets be left out (SCPI-99, volume 2, 19). */
  #matching(header: string): readonly Candidate[] {
    return this.#entries.flatMap((entry) => {
      const inHeader = entry.template.header.match(header);
      return inHeader === undefined ? [] : [{ entry, inHeader }];
    });
  }
}

export const isRefusal = (outcome: Outcome): outcome is ScpiError => typeof outcome === 'object';

/** A separator in a string counts, too: no string is full of them. */
const hasTooManyUnits = (message: string): boolean =>
  message.length > MAX_UNITS && message.split(';', MAX_UNITS + 1).length > MAX_UNITS;

const headerError = (header: string): ScpiError => {
  if (HEADER.test(header)) return scpiErrors.undefinedHeader;
  return /^[\w:*]*$/.test(header) ? scpiErrors.syntax : scpiErrors.invalidCharacter;
};

const argumentError = (candidates: readonly Candidate[], args: string): ScpiError => {
  const given = splitArguments(args).length;
  const counts = candidates.map(({ entry }) => entry.template.parts.length);
  if (given > Math.max(...counts)) return scpiErrors.parameterNotAllowed;
  return given < Math.min(...counts) ? scpiErrors.missingParameter : scpiErrors.dataType;
};

const remember = <Value>(known: Map<string, Value>, key: string, value: Value): void => {
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, value);
};
