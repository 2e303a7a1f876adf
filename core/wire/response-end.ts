const HASH = 0x23;
const ZERO = 0x30;
const CR = 0x0d;
const LF = 0x0a;

/** Where the block of definite length ends that a response begins with (IEEE 488.2, 8.7.9: `#`, one digit n, n digits of
 *  length); 0 where there is none. It may be behind the end of the bytes: then more has to come. */
export const blockEnd = (response: Uint8Array): number => {
  const [hash, first = 0] = response;
  const digits = first - ZERO;
  if (hash !== HASH || !(digits >= 1 && digits <= 9)) return 0;
  const length = String.fromCharCode(...response.subarray(2, 2 + digits));
  return /^[0-9]+$/.test(length) && length.length === digits ? 2 + digits + Number(length) : 0;
};

/** Whether the response ends with the termination, as words and not as data of a block. */
export const endsWith = (response: Uint8Array, termination: Uint8Array): boolean => {
  const start = response.length - termination.length;
  return start >= blockEnd(response) && termination.every((byte, index) => response[start + index] === byte);
};

/** A response that END has ended, without the termination that may stand before it: that is no part of the answer. A line
 *  feed takes a carriage return with it. */
export const withoutTermination = (response: Uint8Array, termination: Uint8Array): Uint8Array => {
  if (termination.length === 0 || !endsWith(response, termination)) return response;
  const end = response.length - termination.length;
  const hasCr = termination[0] === LF && response[end - 1] === CR && end > blockEnd(response);
  return response.subarray(0, hasCr ? end - 1 : end);
};
