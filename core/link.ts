import type { Observable } from 'rxjs';
import type { Clock } from './clock.js';
import { HardwareError, type Problem } from './errors.js';
import type { Logger } from './log.js';
import type { Call } from './parameter.js';
import type { Random } from './random.js';

/** How the road to one instrument is used; what a road has no use for it ignores. */
export type LinkSettings = {
  /** Time for an answer, counted from the end of `answerAfterMs`. Default 2000. */
  readonly timeoutMs?: number;
  /** Time to connect. Default 5000. */
  readonly openTimeoutMs?: number;
  /** Put behind every message; default: what the road uses (LF on a socket, none beside END where the road has one). */
  readonly writeTermination?: string;
  /** Ends an answer on roads without END, taken off everywhere; default LF, with a CR before it. */
  readonly readTermination?: string;
  /** Serial lines. Default 9600, 8, none, 1, none. */
  readonly baudRate?: number;
  readonly dataBits?: 5 | 6 | 7 | 8;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
  readonly flowControl?: 'none' | 'hardware' | 'software';
};

export type QueryOptions = {
  /** The instrument is known to be silent this long after the request; it is left alone meanwhile. Default 0. */
  readonly answerAfterMs?: number;
};

/** What can be said to an instrument. Text is Latin-1, one character a byte, so that binary blocks pass; the road adds and
 *  takes off line ends. All methods reject with a `HardwareError`: TIMEOUT (names instrument, request, bytes sent and got,
 *  elapsed, attempt), DISCONNECTED, QUEUE_FULL, or the reason of `call.signal` as soon as that is aborted. */
export type Conversation = {
  readonly write: (text: string, call: Call) => Promise<void>;
  /** The answer to this very request: one that comes after its query was given up never answers a later one. */
  readonly query: (text: string, call: Call, options?: QueryOptions) => Promise<string>;
  /** Fetches the answer that is still owed to a query that was given up. */
  readonly read: (call: Call) => Promise<string>;
};

/** The road to one instrument. One request is in flight on its bus, the others wait by `call.priority`, then in order. */
export type Link = Conversation & {
  /** The resource string it was opened by, in canonical form. */
  readonly resource: string;
  /** Nothing of others comes between the requests of `work`: for an instrument that selects a channel first. */
  readonly together: <T>(work: (conversation: Conversation) => Promise<T>, call: Call) => Promise<T>;
  /** Device clear: drops what is unread and unfinished on both ends. */
  readonly clear: (call: Call) => Promise<void>;
  /** IEEE 488.2 status byte, read past the output queue. Errors also: BAD_COMMAND where the road has none. */
  readonly statusByte: (call: Call) => Promise<number>;
  /** Group execute trigger. Errors also: BAD_COMMAND where the road has none. */
  readonly trigger: (call: Call) => Promise<void>;
  /** Lets go of the instrument and leaves it as it is. Idempotent; never rejects. */
  readonly close: () => Promise<void>;
  /** Hot; once, when the road is found broken. */
  readonly lost: Observable<Problem>;
  /** Hot; the instrument asked for attention, on roads that can say so. */
  readonly serviceRequests: Observable<void>;
};

/** 16-bit registers of one Modbus station; errors as of a `Link`, DEVICE_FAULT for an exception code. */
export type RegisterLink = Pick<Link, 'resource' | 'close' | 'lost'> & {
  readonly readRegisters: (
    kind: 'holding' | 'input',
    address: number,
    count: number,
    call: Call,
  ) => Promise<readonly number[]>;
  readonly writeRegisters: (address: number, values: readonly number[], call: Call) => Promise<void>;
  readonly readBits: (
    kind: 'coil' | 'discrete',
    address: number,
    count: number,
    call: Call,
  ) => Promise<readonly boolean[]>;
  readonly writeBits: (address: number, values: readonly boolean[], call: Call) => Promise<void>;
};

/** One link as the console and the metrics show it. */
export type LinkReport = {
  readonly resource: string;
  /** What it shares with others: an adapter, a serial line; else itself. */
  readonly bus: string;
  readonly isOpen: boolean;
  /** Requests waiting on the bus, and for how long the oldest. */
  readonly waiting: number;
  readonly oldestMs: number;
  /** Requests on the bus that were refused because too many were waiting. */
  readonly refused: number;
  readonly requests: number;
  readonly timeouts: number;
  /** Answers that came too late, and went to nobody. */
  readonly staleAnswers: number;
  /** Times it was opened again. */
  readonly reopened: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Round trips of answered queries: how many took up to each bound of `roundTripBoundsMs`, and their sum. */
  readonly roundTrips: { readonly counts: readonly number[]; readonly count: number; readonly sumMs: number };
  readonly lastProblem?: string;
};

/** Upper bounds of the classes in `LinkReport.roundTrips`, in ms; above the last: only in `count`. */
export const roundTripBoundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] as const;

/** Opens roads to instruments; handed to managers by the station. Links of one resource string are shared and counted. */
export type Links = {
  /** Throws BAD_ARGUMENT, saying what would do, when nothing can reach the resource: asked before anything is started. */
  readonly check: (resource: string) => void;
  /** Errors: DISCONNECTED, TIMEOUT, LOCKED when another station has the instrument. */
  readonly open: (resource: string, settings: LinkSettings, call: Call) => Promise<Link>;
  /** The same for Modbus: `MODBUS-TCP::host[::port]::unit`, `MODBUS-RTU::device::unit`. */
  readonly openRegisters: (resource: string, settings: LinkSettings, call: Call) => Promise<RegisterLink>;
  readonly reports: () => readonly LinkReport[];
};

/** For what runs without instruments: nothing can be opened. */
export const noLinks: Links = {
  check: () => undefined,
  open: (resource) => Promise.reject(new HardwareError('DISCONNECTED', `there are no links here to open ${resource}`)),
  openRegisters: (resource) =>
    Promise.reject(new HardwareError('DISCONNECTED', `there are no links here to open ${resource}`)),
  reports: () => [],
};

/** What roads to instruments are made with; handed in by the station. */
export type LinksContext = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The adapter of each GPIB board, as a resource string: `{ 0: 'PRLGX-TCPIP0::10.0.0.5::1234::INTFC' }`. */
  readonly boards: { readonly [board: string]: string };
  /** Takes the lock of an instrument against a second station, and gives what releases it. Throws LOCKED. */
  readonly claim: (resource: string) => () => void;
};
