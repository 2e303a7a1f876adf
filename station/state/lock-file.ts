import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { HardwareError } from '../../core/errors.js';
import { codeOf, isAlive, nameOf, parseOwner, thisProcess } from './owner.js';

export type LockFile = { readonly release: () => void };

export type LockFileOptions = {
  readonly path: string;
  readonly mode: number;
  /** The sentence of the refusal; `owner`: `process 17 on elsewhere`. */
  readonly refusal: (owner: string) => string;
};

/** Takes a lock file for this process; takes over from one that is dead. Errors: LOCKED, with the process that has it. */
export const takeLock = ({ path, mode, refusal }: LockFileOptions): LockFile => {
  const mine = `${path}.${process.pid}`;
  const text = JSON.stringify(thisProcess());
  writeFileSync(mine, text, { mode });
  try {
    // A link appears with its whole text or not at all, and for one process only.
    while (!linked(mine, path)) moveAway(path, refusal);
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release: () => {
      if (textOf(path) === text) rmSync(path, { force: true });
    },
  };
};

const linked = (mine: string, path: string): boolean => {
  try {
    linkSync(mine, path);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
};

/** Removes the lock of a dead process; throws when its owner lives. */
const moveAway = (path: string, refusal: LockFileOptions['refusal']): void => {
  const text = textOf(path);
  if (text === undefined) return;
  const owner = parseOwner(text);
  if (owner !== undefined && isAlive(owner)) throw new HardwareError('LOCKED', refusal(nameOf(owner)));
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return; // another station was quicker to remove it
    throw thrown;
  }
  // Another station may have taken over since it was read: what was moved is then alive, and goes back.
  if (textOf(aside) !== text) linked(aside, path);
  rmSync(aside, { force: true });
};

/** Undefined: there is none. */
const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
};
