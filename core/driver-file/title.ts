import type { DriverFile } from './driver-file.js';

/** What people are told that a file drives: they shall know when nobody has tried it yet. */
export const titleOf = ({ title, testedOn }: Pick<DriverFile, 'title' | 'testedOn'>): string =>
  testedOn === undefined ? `${title} (driver file untested on hardware)` : title;
