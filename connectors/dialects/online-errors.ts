import type { ErrorCode, Problem } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';

/** What is sent for an exception. The original HV server sends 5, though Online's own table has 6 for its text; Online's
 *  auto-resume acts on 6 alone. */
export type ExceptionCode = 5 | 6;

/** The rows of Online's table that an HV server uses, beside the exception. At 8 Online sends its last message again. */
const onlineCodes = { PARSE_MESSAGE_ERROR: 4, SERVER_BUSY_ERROR: 8, INCORRECT_MESSAGE_PARAMS: 9 } as const;

type OnlineError = keyof typeof onlineCodes;

/** Ours to Online's; `exception`: it has no word for it. */
const onlineErrorOf: Readonly<Record<ErrorCode, OnlineError | 'exception'>> = {
  BAD_MESSAGE: 'PARSE_MESSAGE_ERROR',
  TOO_LARGE: 'PARSE_MESSAGE_ERROR',
  UNKNOWN_MANAGER: 'exception',
  UNKNOWN_CHANNEL: 'exception',
  BAD_COMMAND: 'exception',
  BAD_ARGUMENT: 'INCORRECT_MESSAGE_PARAMS',
  EXPIRED: 'exception',
  FORBIDDEN: 'exception',
  // Never 8: Online would repeat the command every 5 s for as long as somebody holds the lock.
  LOCKED: 'exception',
  INTERLOCKED: 'exception',
  OUT_OF_RANGE: 'INCORRECT_MESSAGE_PARAMS',
  BUSY: 'SERVER_BUSY_ERROR',
  QUEUE_FULL: 'SERVER_BUSY_ERROR',
  TIMEOUT: 'exception',
  ABORTED: 'exception',
  DISCONNECTED: 'exception',
  DEVICE_FAULT: 'exception',
  STOPPING: 'exception',
  INTERNAL: 'exception',
};

/** Longest `description`, in UTF-16 units: a window shows it to a person. */
const MAX_DESCRIPTION = 500;

const loneSurrogate = /\p{Surrogate}/gu;

/** Online drops a message with half a surrogate pair, which cutting may leave. */
const cut = (text: string): string =>
  text.length <= MAX_DESCRIPTION ? text : `${text.slice(0, MAX_DESCRIPTION - 3).replace(loneSurrogate, '')}...`;

const errorMeta = (code: number, text: string, description: string): JsonObject => ({
  type: 'reply',
  reply_type: 'error',
  error_code: code,
  error_text_code: text,
  description: cut(description),
});

const namedErrorMeta = (name: OnlineError, description: string): JsonObject =>
  errorMeta(onlineCodes[name], name, description);

/** The original's sentence, whoever is busy and for how long. */
const busyMeta = namedErrorMeta('SERVER_BUSY_ERROR', 'HV server is busy');

export const unreadableMeta = (description: string): JsonObject => namedErrorMeta('PARSE_MESSAGE_ERROR', description);

export const invalidMeta = (description: string): JsonObject => namedErrorMeta('INCORRECT_MESSAGE_PARAMS', description);

/** `ALGORITM` is how Online spells it. */
export const exceptionMeta = (code: ExceptionCode, description: string): JsonObject =>
  errorMeta(code, 'ALGORITM_ERROR', description);

export const problemMeta = ({ code, message }: Problem, exceptionCode: ExceptionCode): JsonObject => {
  const name = onlineErrorOf[code];
  if (name === 'exception') return exceptionMeta(exceptionCode, message);
  return name === 'SERVER_BUSY_ERROR' ? busyMeta : namedErrorMeta(name, message);
};
