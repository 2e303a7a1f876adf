import { HardwareError } from '../errors.js';
import type { DriverFile } from './driver-file.js';

/** Where driver files come from; handed to managers by the station, which alone reads files. */
export type DriverFiles = {
  /** A shipped one by its name, or one's own by its path (it ends in .yaml). Checked: schema and cross-references. Throws
   *  BAD_ARGUMENT with file, line and column of everything that is wrong, or with the names that there are. */
  readonly read: (nameOrPath: string) => DriverFile;
  /** The names of those that are shipped. */
  readonly names: () => readonly string[];
};

/** For what runs without instruments. */
export const noDriverFiles: DriverFiles = {
  read: (nameOrPath) => {
    throw new HardwareError('BAD_ARGUMENT', `there are no driver files here to read ${nameOrPath}`);
  },
  names: () => [],
};
