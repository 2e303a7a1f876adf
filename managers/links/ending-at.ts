import type { Call } from '../../core/parameter.js';

/** The same call with another deadline. Member by member: a call may be a class, whose getters a spread would lose. */
export const endingAt = ({ signal, priority }: Call, deadline: number): Call =>
  priority === undefined ? { signal, deadline } : { signal, deadline, priority };
