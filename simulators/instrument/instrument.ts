import type { Observable } from 'rxjs';

/** A piece of what an instrument says; `isEnd`: the response message ends with it. */
export type Piece = { readonly bytes: Uint8Array; readonly isEnd: boolean };

/** An instrument seen from one connection of a client: own input buffer and output queue; settings and errors are shared.
 *  It behaves as IEEE 488.2 says, and as its faults say: late, silent, cut short. Servers only carry its bytes. */
export type InstrumentSession = {
  /** Bytes of a program message; it ends with LF, or with `isEnd` (END of VXI-11, HiSLIP, GPIB). */
  readonly write: (bytes: Uint8Array, isEnd: boolean) => void;
  /** Takes what waits in the output queue; undefined: nothing yet. */
  readonly take: (maxBytes: number) => Piece | undefined;
  /** Hot; the output queue has something new. */
  readonly answers: Observable<void>;
  /** The client has given up reading: -420 where no answer was owed to it. */
  readonly unterminated?: () => void;
  /** Device clear: input buffer and output queue are empty afterwards. */
  readonly clear: () => void;
  readonly trigger: () => void;
  /** Serial poll: clears the request for service. */
  readonly statusByte: () => number;
  /** Hot; the status byte of each request for service. */
  readonly serviceRequests: Observable<number>;
  /** Hot; the connection is cut now, in mid-answer or by switching off. */
  readonly cuts: Observable<void>;
  /** Idempotent. */
  readonly close: () => void;
};

/** What every server of `simulators/servers` plays to its clients. */
export type Instrument = {
  readonly name: string;
  /** False: switched off; servers refuse connections meanwhile. */
  readonly isOn: boolean;
  readonly connect: () => InstrumentSession;
};

/** A server that plays instruments on a port of its own. */
export type InstrumentServer = {
  /** Resolves with the resource strings by which clients reach it. Rejects with BAD_ARGUMENT when the port cannot be had. */
  readonly start: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
};
