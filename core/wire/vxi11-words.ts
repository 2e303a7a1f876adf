import type { ErrorCode } from '../errors.js';

/** Bits of `flags`. */
export const vxi11Flags = {
  /** Wait up to the lock time-out for a lock that another link holds, instead of failing at once. */
  waitLock: 0x01,
  /** This write ends the message. */
  end: 0x08,
  /** A read ends with the termination character, too. */
  terminatorSet: 0x80,
} as const;

/** Bits of a read's `reason`: why it ended here. The first alone means that more is waiting. */
export const vxi11Reasons = { requestBytesReached: 1, terminatorMet: 2, end: 4 } as const;

/** The errors of VXI-11 by their numbers: our code, and what it means to a person. */
export const vxi11Errors = {
  none: { number: 0, code: 'INTERNAL', meaning: 'no error' },
  syntax: { number: 1, code: 'DEVICE_FAULT', meaning: 'it could not read the request (syntax error)' },
  notAccessible: {
    number: 3,
    code: 'DISCONNECTED',
    meaning: 'the device is not accessible: no such device name there, or it is switched off',
  },
  invalidLink: { number: 4, code: 'DISCONNECTED', meaning: 'it no longer knows the link: it was restarted meanwhile' },
  parameter: { number: 5, code: 'DEVICE_FAULT', meaning: 'it refused an argument (parameter error)' },
  channelNotEstablished: { number: 6, code: 'DEVICE_FAULT', meaning: 'there is no interrupt channel' },
  notSupported: { number: 8, code: 'BAD_COMMAND', meaning: 'it has no such operation' },
  outOfResources: {
    number: 9,
    code: 'DISCONNECTED',
    meaning: 'it has no more links to give: close other programs that talk to it',
  },
  locked: { number: 11, code: 'LOCKED', meaning: 'another program has locked it: close that program or wait' },
  noLockHeld: { number: 12, code: 'DEVICE_FAULT', meaning: 'this link holds no lock' },
  ioTimeout: { number: 15, code: 'TIMEOUT', meaning: 'it did not answer in time' },
  io: { number: 17, code: 'DEVICE_FAULT', meaning: 'it failed to send or receive (I/O error)' },
  aborted: { number: 23, code: 'ABORTED', meaning: 'the call was aborted' },
  channelExists: { number: 29, code: 'DEVICE_FAULT', meaning: 'there is an interrupt channel already' },
} as const satisfies {
  readonly [name: string]: { readonly number: number; readonly code: ErrorCode; readonly meaning: string };
};

/** The code and the words of an error number; one that is in no table is the instrument's own. */
export const vxi11ErrorOf = (number: number): { readonly code: ErrorCode; readonly meaning: string } =>
  Object.values(vxi11Errors).find((error) => error.number === number) ?? {
    code: 'DEVICE_FAULT',
    meaning: 'it gave an error number that VXI-11 does not have',
  };
