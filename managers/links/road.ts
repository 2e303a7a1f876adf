import type { Observable } from 'rxjs';
import type { Problem } from '../../core/errors.js';
import type { LinksContext, LinkSettings, RegisterLink } from '../../core/link.js';
import type { Call } from '../../core/parameter.js';
import type { Resource } from '../../core/wire/visa-resource.js';

/** What an instrument may say in one answer; the largest screen copies and waveforms are under this. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What every road has, whatever it carries. */
export type RoadLife = {
  /** What it shares with other roads, such as an adapter: one operation at a time over all of them. */
  readonly bus: string;
  /** Called after a request that was given up, before the next one: afterwards no answer to it can come. `reopen`: this road
   *  has no way to be sure; it is closed and opened again. `owed`: that would not help either, so nothing may be sent yet. */
  readonly clear: (call: Call) => Promise<'clear' | 'reopen' | 'owed'>;
  /** Never rejects. */
  readonly close: () => Promise<void>;
  /** Hot; once. */
  readonly lost: Observable<Problem>;
};

/** One way to carry whole messages to an instrument and back. It knows bytes: no queue, no retry, no words. One operation at
 *  a time: `MessageLink` stands its callers in line. All methods reject with DISCONNECTED, TIMEOUT (at `call.deadline`), or
 *  the reason of `call.signal`; what had come of an answer by then stays, and the next `receive` goes on with it. */
export type Road = RoadLife & {
  /** Sends one program message; the road adds terminator or END. Resolves when all is handed over. */
  readonly send: (message: Uint8Array, call: Call) => Promise<void>;
  /** One whole response message, without its terminator. Waits until `call.deadline`. */
  readonly receive: (call: Call) => Promise<Uint8Array>;
  /** Bytes of the answer that have come so far: for the words of a time-out. */
  readonly pendingBytes: number;
  /** Throws away what has come and was not fetched, before a request is sent; says whether there was any. `reopen`: it was
   *  cut, so that its rest could be taken for an answer. Absent: on this road nothing comes unasked. */
  readonly drop?: () => 'nothing' | 'clear' | 'reopen';
  readonly statusByte?: (call: Call) => Promise<number>;
  readonly trigger?: (call: Call) => Promise<void>;
  readonly serviceRequests?: Observable<void>;
};

/** The same for registers: `RegisterLink` stands its callers in line. Methods reject as those of a `Road`. */
export type RegisterRoad = RoadLife & Omit<RegisterLink, 'resource' | 'close' | 'lost'>;

type KindOf<Carrier> = {
  /** How a person writes it, for the message that lists what there is. */
  readonly form: string;
  readonly claims: (resource: Resource, context: LinksContext) => boolean;
  readonly open: (resource: Resource, settings: LinkSettings, context: LinksContext, call: Call) => Promise<Carrier>;
};

/** One row of the table of roads. */
export type RoadKind = KindOf<Road>;
/** One row of the table of roads to registers. */
export type RegisterRoadKind = KindOf<RegisterRoad>;
