import { codeOf } from './owner.js';

const codes: readonly unknown[] = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO'];

/** A disk that takes nothing is an alarm, not a reason to leave the instruments alone. */
export const isBrokenDisk = (thrown: unknown): boolean => codes.includes(codeOf(thrown));
