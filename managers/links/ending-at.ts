import type { Call } from '../../core/parameter.js';

/** The same call with another deadline. Member by member: a call may be a class, whose getters a spread would lose. */
export const endingAt = (call: Call, deadline: number): Call => ({
  signal: call.signal,
  deadline,
  ...(call.priority === undefined ? {} : { priority: call.priority }),
});
