import type { ErrorCode, Problem } from '../../core/errors.js';
import type { Violation } from './psudaemon-parameters.js';

/** An answer that is not 200: every one of them is JSON, for the client parses whatever comes (psu-rest spec, 1.9). */
export type Refusal = { readonly status: number; readonly detail: string | readonly Violation[] };

/** What each of our codes is to a PSUDaemon client. A set-point that is refused was 200 with the old value in the original;
 *  its client shows the body and does not look at the status. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  BAD_MESSAGE: 400,
  TOO_LARGE: 413,
  UNKNOWN_MANAGER: 404,
  UNKNOWN_CHANNEL: 404,
  BAD_COMMAND: 501,
  BAD_ARGUMENT: 422,
  EXPIRED: 409,
  FORBIDDEN: 403,
  LOCKED: 423,
  INTERLOCKED: 409,
  OUT_OF_RANGE: 422,
  BUSY: 409,
  QUEUE_FULL: 503,
  TIMEOUT: 504,
  ABORTED: 409,
  DISCONNECTED: 503,
  DEVICE_FAULT: 409,
  STOPPING: 503,
  INTERNAL: 500,
};

/** Spec 1.7: what an external unit's command prints and nobody can read. */
const UNUSABLE = 'unable to parse monitoring output';

export const refusalOf = ({ code, message }: Problem): Refusal => ({
  status: message.includes(UNUSABLE) ? 500 : statuses[code],
  detail: message,
});

export const printRefusal = ({ detail }: Refusal): string => JSON.stringify({ detail });

export const undefinedPsu: Refusal = { status: 404, detail: 'undefined psu' };
export const notFound: Refusal = { status: 404, detail: 'Not Found' };
export const methodNotAllowed: Refusal = { status: 405, detail: 'Method Not Allowed' };
/** `what`: state, current_limit, voltage_limit or name. */
export const unableToSet = (what: string): Refusal => ({ status: 501, detail: `unable to set channel ${what}` });
export const noCommand = (command: string, unit: string): Refusal => ({
  status: 501,
  detail: `${command}() command not defined for ${unit}`,
});
