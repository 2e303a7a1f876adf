import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, nameOf, parseOwner } from './owner.js';

/** An instrument that somebody has now, by the name under which it is locked. */
export type HeldInstrument = { readonly lock: string; readonly by: string };

const EXTENSION = '.lock';

/** The instruments locked in this directory by processes that live; takes no lock and writes nothing. A lock whose name had
 *  to be cut is shown by what is left of it. Never throws: a directory that is not there, or not for us, holds nothing. */
export const heldInstruments = (directory: string): readonly HeldInstrument[] =>
  filesIn(directory).flatMap((file) => {
    const owner = parseOwner(textOf(join(directory, file)));
    return owner === undefined || !isAlive(owner) ? [] : [{ lock: lockOf(file), by: nameOf(owner) }];
  });

const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).filter((file) => file.endsWith(EXTENSION));
  } catch {
    return [];
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // released in this moment
  }
};

const lockOf = (file: string): string => {
  const name = file.slice(0, -EXTENSION.length);
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // cut in the middle of an escape
  }
};
