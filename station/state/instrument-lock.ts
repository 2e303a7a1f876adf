import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { LinksContext } from '../../core/link.js';
import type { Logger } from '../../core/log.js';
import { isBrokenDisk } from './broken-disk.js';
import { takeLock } from './lock-file.js';

export type InstrumentLockOptions = {
  /** Where the lock files are: the state directory's own, or one that several stations share. */
  readonly directory: string;
  readonly log: Logger;
};

/** Longest file name that every file system takes, less what a temporary lock has behind it. */
const MAX_NAME = 200;

/** Keeps a second station off an instrument: one lock file each, taken while a link is open. Errors: LOCKED with the process
 *  that has it, DEVICE_FAULT when the directory cannot be used. A disk that takes nothing locks nothing, and the log says so. */
export const instrumentLock = ({ directory, log }: InstrumentLockOptions): LinksContext['claim'] => {
  let isBroken = false;
  return (resource) => {
    const path = join(directory, `${fileNameOf(resource)}.lock`);
    const advice = `stop the other station or take the instrument out of its config; if it is surely gone, remove ${path}`;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Readable by all: a station of another user has to see who it is.
      const lock = takeLock({
        path,
        mode: 0o644,
        refusal: (owner) => `${resource} is in use by ${owner}: ${advice}`,
      });
      isBroken = false;
      return lock.release;
    } catch (thrown) {
      if (thrown instanceof HardwareError) throw thrown;
      const { message } = toProblem(thrown);
      if (!isBrokenDisk(thrown)) {
        const text = `the lock of ${resource} cannot be taken, name a directory by BUSBAR_LOCKS: ${message}`;
        throw new HardwareError('DEVICE_FAULT', text, { cause: thrown });
      }
      if (!isBroken) log.warn('instruments cannot be locked against a second station', { reason: message });
      isBroken = true;
      return () => undefined;
    }
  };
};

/** Readable where it can be: `TCPIP0%3A%3Apsu1%3A%3A5025%3A%3ASOCKET`. */
const fileNameOf = (resource: string): string => {
  const name = encodeURIComponent(resource);
  if (name.length <= MAX_NAME) return name;
  const digest = createHash('sha256').update(resource).digest('hex').slice(0, 16);
  return `${name.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
};
