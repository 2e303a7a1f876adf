import type { JsonObject } from './json-value.js';

/** The one table of error codes. A code never changes its meaning; docs/protocols/errors.md lists the same rows. */
export const errorCodes = {
  BAD_MESSAGE: { retryable: false, meaning: 'what arrived is no message in this protocol' },
  TOO_LARGE: { retryable: false, meaning: 'message over a size or depth limit' },
  UNKNOWN_MANAGER: { retryable: false, meaning: 'no manager of that name on this station' },
  UNKNOWN_CHANNEL: { retryable: false, meaning: 'the manager has no such channel' },
  BAD_COMMAND: { retryable: false, meaning: 'the manager has no such command' },
  BAD_ARGUMENT: { retryable: false, meaning: 'arguments do not fit the schema of the command' },
  EXPIRED: { retryable: false, meaning: 'the command was older than its client allowed when its turn came' },
  FORBIDDEN: { retryable: false, meaning: 'the client may not do this' },
  LOCKED: { retryable: true, meaning: 'another client holds the lock' },
  INTERLOCKED: { retryable: true, meaning: 'refused while an interlock condition holds' },
  OUT_OF_RANGE: { retryable: false, meaning: 'value outside the channel limits' },
  BUSY: { retryable: true, meaning: 'another command is running' },
  QUEUE_FULL: { retryable: true, meaning: 'too many commands are waiting' },
  TIMEOUT: { retryable: true, meaning: 'device did not answer in time' },
  ABORTED: { retryable: true, meaning: 'ended before it was done, by abort, makeSafe or a trip' },
  DISCONNECTED: { retryable: true, meaning: 'the instrument is not there' },
  DEVICE_FAULT: { retryable: false, meaning: 'the instrument itself reports an error' },
  STOPPING: { retryable: true, meaning: 'the manager or the station is stopping' },
  INTERNAL: { retryable: false, meaning: 'a defect in Busbar; the log has the details' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An expected failure as plain data: a stable code and a sentence that tells a person what to do. */
export type Problem = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: JsonObject;
};

export const problem = (code: ErrorCode, message: string, details?: JsonObject): Problem =>
  details === undefined ? { code, message } : { code, message, details };

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text);

/** A `Problem` that is thrown: what drivers and links use. Never made on the path of a refused command (a stack is slow). */
export class HardwareError extends Error {
  override readonly name = 'HardwareError';
  readonly problem: Problem;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: JsonObject } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.problem = problem(code, message, options.details);
  }

  get code(): ErrorCode {
    return this.problem.code;
  }
}

/** Whatever was thrown, as a `Problem`: a `HardwareError` keeps its code, anything else is a defect. */
export const toProblem = (thrown: unknown): Problem => {
  if (thrown instanceof HardwareError) return thrown.problem;
  return problem('INTERNAL', thrown instanceof Error ? thrown.message : String(thrown));
};
