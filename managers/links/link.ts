import type { Observable } from 'rxjs';
import type { Problem } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';
import type { Standing } from './request-line.js';

/** An instrument gets this long to begin its answer, counted from the end of the pause it was given. Library default of
 *  the programs that these instruments were run with (spec 4.1). */
export const ANSWER_LIMIT_MS = 2_000;

export type QueryOptions = {
  /** The instrument is known to be silent this long after the request; it is left alone meanwhile. Default 0. */
  readonly answerAfterMs?: number;
};

/** The byte road to one instrument, seen as text without line ends: the link adds and takes off what its road uses. One
 *  request is in flight, the others wait in order. All methods reject with a `HardwareError`: TIMEOUT, DISCONNECTED, or
 *  the reason of `call.signal` as soon as that is aborted. */
export type Link = {
  readonly write: (text: string, call: Call, standing?: Standing) => Promise<void>;
  /** The answer to this very request: one that comes after its query was given up never answers a later one. */
  readonly query: (text: string, call: Call, options?: QueryOptions) => Promise<string>;
  /** Fetches the answer that is still owed to a query that was given up. */
  readonly read: (call: Call) => Promise<string>;
  /** Lets go of the instrument and leaves it as it is. Idempotent; never rejects. */
  readonly close: () => Promise<void>;
  /** Hot; once, when the road is found broken. */
  readonly lost: Observable<Problem>;
};
