import type { Observable } from 'rxjs';
import type { Problem } from './errors.js';
import type { Call } from './parameter.js';

/** What every driver has besides its own methods: a life. All methods may reject with a `HardwareError`. */
export type Device = {
  /** Connects and initialises: after it resolves, every other method may be called. Errors: DISCONNECTED, TIMEOUT, DEVICE_FAULT. */
  readonly open: (call: Call) => Promise<void>;
  /** Lets go of the link; the outputs of the instrument stay as they are. Never rejects. May be called while `open` is still at
   *  work, and again after it. Takes up to 400 ms: nobody waits longer. */
  readonly close: () => Promise<void>;
  /** Hot; says at once when the link is lost, without waiting for the next request. Absent: loss shows in a failing request. */
  readonly lost?: Observable<Problem>;
};
