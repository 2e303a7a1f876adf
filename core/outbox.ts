import { toProblem } from './errors.js';
import type { Burst, Parcel } from './parcel.js';

/** Where the bytes of one peer go. */
export type Sink = {
  /** Takes a burst whole; false: the peer is behind, wait for `Outbox.drained()` before the next. */
  readonly write: (burst: Burst) => boolean;
  /** Ends the peer: it was too slow. */
  readonly close: (reason: string) => void;
};

export type OutboxOptions = {
  readonly name: string;
  readonly sink: Sink;
  /** What cannot be conflated may wait up to here; one oversize message is always admitted. */
  readonly maxBytes: number;
  /** The dialect's word for `n` readings that were conflated away while the peer was behind; absent: it has none. */
  readonly gapNotice?: (conflated: number) => Uint8Array;
};

export type Waiting = Parcel & { readonly index: number };

export const DEFAULT_OUTBOX_BYTES = 2 ** 20;

/** What waits for one peer beyond what all its audience is owed: replies, failures, alarms and events, in order, never dropped;
 *  readings meant for it alone, of each key the newest while it is behind. Its `Audience` drives it; the readings that all who
 *  are behind are owed are kept there, once. */
export class Outbox {
  readonly name: string;
  readonly #gapNotice: ((conflated: number) => Uint8Array) | undefined;
  readonly #sink: Sink;
  readonly #maxBytes: number;
  #own: Waiting[] = [];
  /** By key; while it is behind. */
  readonly #ownReadings = new Map<string, Waiting>();
  #ownBytes = 0;
  #isClosed = false;
  /** Index from which this peer is owed what its audience keeps; undefined: it keeps up. */
  owedFrom: { index: number; readings: number } | undefined;
  /** Of the audience; undefined while the peer is a member of none. */
  onDrained: (() => void) | undefined;
  /** The transport could take more while there was no audience to hear it. */
  hasDrained = false;
  sent = 0;
  conflated = 0;
  /** How many of the conflated it has been told of; more may come up when it changes its audience while it is behind. */
  noticed = 0;

  constructor({ name, sink, maxBytes, gapNotice }: OutboxOptions) {
    this.name = name;
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.#gapNotice = gapNotice;
  }

  get isBehind(): boolean {
    return this.owedFrom !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes waiting that cannot be conflated. */
  get waitingBytes(): number {
    return this.#ownBytes;
  }

  get waiting(): readonly Waiting[] {
    return [...this.#own, ...this.#ownReadings.values()];
  }

  /** Keeps a parcel until the next flush. Over the limit the peer is ended: it would otherwise take memory without end. */
  keep(parcel: Waiting): void {
    if (this.#isClosed) return;
    if (parcel.key !== undefined) {
      this.#keepReading(parcel, parcel.key);
      return;
    }
    const isOver = this.#ownBytes > 0 && this.#ownBytes + parcel.bytes.length > this.#maxBytes;
    if (isOver) {
      this.close(`${this.#ownBytes} bytes were waiting for it, the limit is ${this.#maxBytes}`);
      return;
    }
    this.#own.push(parcel);
    this.#ownBytes += parcel.bytes.length;
  }

  /** Takes all waiting parcels out, in order: what it alone is owed may have been kept before an earlier one for all. */
  release(): readonly Waiting[] {
    const parcels = this.#ownReadings.size === 0 ? this.#own : [...this.#own, ...this.#ownReadings.values()];
    this.#own = [];
    this.#ownReadings.clear();
    this.#ownBytes = 0;
    return parcels.sort((one, other) => one.index - other.index);
  }

  #keepReading(parcel: Waiting, key: string): void {
    if (!this.isBehind) {
      this.#own.push(parcel);
      return;
    }
    if (this.#ownReadings.delete(key)) this.conflated += 1;
    this.#ownReadings.set(key, parcel);
  }

  write(burst: Burst): boolean {
    this.sent += burst.parcels.length;
    try {
      return this.#sink.write(burst);
    } catch (thrown) {
      // One broken transport must not keep the burst from those behind it.
      this.close(`it cannot be written to: ${toProblem(thrown).message}`);
      return false;
    }
  }

  /** The word for what was conflated away; undefined when there is none, or it cannot be printed: then the peer is ended. */
  printGapNotice(conflated: number): Uint8Array | undefined {
    try {
      return this.#gapNotice?.(conflated);
    } catch (thrown) {
      this.close(`it cannot be told what it missed: ${toProblem(thrown).message}`);
      return undefined;
    }
  }

  /** The transport can take more. */
  drained(): void {
    if (this.#isClosed) return;
    if (this.onDrained === undefined) this.hasDrained = true;
    else this.onDrained();
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.release();
    try {
      this.#sink.close(reason);
    } catch {
      // It is ended for us; a transport that cannot even be closed must not deafen those behind it.
    }
  }
}
