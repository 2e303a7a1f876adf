import { join } from 'node:path';
import { takeLock, type LockFile } from './lock-file.js';

/** Takes a state directory for this process, so that two stations never write to it; takes over from one that is dead.
 *  Errors: LOCKED, with the process that has it. */
export const lockState = (directory: string): LockFile => {
  const path = join(directory, 'lock');
  const advice = `stop it, or give this one another directory (BUSBAR_STATE); if it is surely gone, remove ${path}`;
  return takeLock({
    path,
    mode: 0o600,
    refusal: (owner) => `the state directory ${directory} is in use by ${owner}: ${advice}`,
  });
};
