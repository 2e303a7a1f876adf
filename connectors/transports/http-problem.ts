import type { FastifyReply } from 'fastify';
import { HardwareError, toProblem, type ErrorCode, type Problem } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import { printJson } from '../../core/wire/print-json.js';

/** What only HTTP can refuse. */
export type HttpCode = 'NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'UNSUPPORTED_MEDIA' | 'CHANGED';

/** The status of each code; a new code does not compile before it has one (docs/protocols/rest.md lists the same rows). */
export const statusOf: Readonly<Record<ErrorCode | HttpCode, number>> = {
  BAD_MESSAGE: 400,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UNKNOWN_MANAGER: 404,
  UNKNOWN_CHANNEL: 404,
  BAD_COMMAND: 404,
  METHOD_NOT_ALLOWED: 405,
  INTERLOCKED: 409,
  BUSY: 409,
  ABORTED: 409,
  EXPIRED: 412,
  CHANGED: 412,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA: 415,
  BAD_ARGUMENT: 422,
  OUT_OF_RANGE: 422,
  LOCKED: 423,
  QUEUE_FULL: 429,
  INTERNAL: 500,
  DEVICE_FAULT: 502,
  DISCONNECTED: 503,
  STOPPING: 503,
  TIMEOUT: 504,
};

const titles: Readonly<Record<ErrorCode | HttpCode, string>> = {
  BAD_MESSAGE: 'Not understood',
  FORBIDDEN: 'Not allowed',
  NOT_FOUND: 'Nothing here',
  UNKNOWN_MANAGER: 'No such manager',
  UNKNOWN_CHANNEL: 'No such channel',
  BAD_COMMAND: 'No such command',
  METHOD_NOT_ALLOWED: 'Not by this method',
  INTERLOCKED: 'An interlock holds',
  BUSY: 'Another command is running',
  ABORTED: 'Ended before it was done',
  EXPIRED: 'Too late',
  CHANGED: 'Changed by somebody else',
  TOO_LARGE: 'Too large',
  UNSUPPORTED_MEDIA: 'Not in this format',
  BAD_ARGUMENT: 'Arguments do not fit',
  OUT_OF_RANGE: 'Outside the limits',
  LOCKED: 'Locked by another client',
  QUEUE_FULL: 'Too many commands are waiting',
  INTERNAL: 'A defect in Busbar',
  DEVICE_FAULT: 'The instrument reports an error',
  DISCONNECTED: 'The instrument is not there',
  STOPPING: 'Stopping',
  TIMEOUT: 'No answer in time',
};

export const PROBLEM_TYPE = 'application/problem+json';
/** Codes are told apart by `code`; `type` is where a person finds them explained. */
const TYPE_PREFIX = 'urn:busbar:error:';
/** When it may help to ask again, in seconds: busy instruments take about so long. */
const RETRY_AFTER_S = 1;
const worthRetrying: readonly number[] = [429, 503];

export type HttpProblem = Omit<Problem, 'code'> & { readonly code: ErrorCode | HttpCode };

/** Problem details (RFC 9457) of one of our problems. */
export const problemDetails = ({ code, message, details }: HttpProblem): JsonObject => ({
  type: `${TYPE_PREFIX}${code}`,
  title: titles[code],
  status: statusOf[code],
  detail: message,
  code,
  ...(details === undefined ? {} : { details }),
});

export const sendProblemDetails = (reply: FastifyReply, problem: HttpProblem): void => {
  const status = statusOf[problem.code];
  reply.code(status).header('cache-control', 'no-store').type(PROBLEM_TYPE);
  if (worthRetrying.includes(status)) reply.header('retry-after', RETRY_AFTER_S);
  reply.send(printJson(problemDetails(problem), 'compact'));
};

/** What was thrown while a request was read or answered: ours, fastify's refusals of a body, or a defect. */
export const thrownProblem = (thrown: unknown): HttpProblem => {
  if (thrown instanceof HardwareError) return thrown.problem;
  const { message } = toProblem(thrown);
  switch (statusCodeOf(thrown)) {
    case 400:
      return { code: 'BAD_MESSAGE', message };
    case 413:
      return { code: 'TOO_LARGE', message };
    case 415:
      return { code: 'UNSUPPORTED_MEDIA', message };
    default:
      return { code: 'INTERNAL', message };
  }
};

const statusCodeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : undefined;
