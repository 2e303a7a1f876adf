import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import type { DeviceTree } from './local-devices.js';

/** The files of this computer. What cannot be read is not there. */
export const deviceTree: DeviceTree = {
  names: (directory) => orNothing(() => readdirSync(directory).sort()) ?? [],
  text: (path) => orNothing(() => readFileSync(path, 'utf8')),
  real: (path) => orNothing(() => realpathSync(path)),
};

const orNothing = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined; // absent, or not for us
  }
};
