import { noDriverFiles, type DriverFiles } from '../core/driver-file/driver-files.js';

/** The driver files that are shipped, and those that a config names by path. */
export const driverFiles: DriverFiles = noDriverFiles;
