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

/** What waits for one peer beyond what all its audience is owed: replies, failures, alarms and events, in order, never dropped.
 *  Its `Audience` drives it; readings owed to a peer that is behind are kept there, once for all who are behind. */
export class Outbox {
  readonly name: string;
  readonly gapNotice: ((conflated: number) => Uint8Array) | undefined;
  readonly #sink: Sink;
  readonly #maxBytes: number;
  #own: Waiting[] = [];
  #ownBytes = 0;
  #isClosed = false;
  /** Index from which this peer is owed what its audience keeps; undefined: it keeps up. */
  owedFrom: { index: number; readings: number } | undefined;
  /** Told by the audience; set while the peer is a member of one. */
  onDrained: () => void = () => undefined;
  sent = 0;
  conflated = 0;
  /** How many of the conflated it has been told of; more may come up when it changes its audience while it is behind. */
  noticed = 0;

  constructor({ name, sink, maxBytes, gapNotice }: OutboxOptions) {
    this.name = name;
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.gapNotice = gapNotice;
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
    return this.#own;
  }

  /** Keeps a parcel until the next flush. Over the limit the peer is ended: it would otherwise take memory without end. */
  keep(parcel: Waiting): void {
    if (this.#isClosed) return;
    const isOver = this.#ownBytes > 0 && this.#ownBytes + parcel.bytes.length > this.#maxBytes;
    if (isOver) {
      this.close(`${this.#ownBytes} bytes were waiting for it, the limit is ${this.#maxBytes}`);
      return;
    }
    this.#own.push(parcel);
    this.#ownBytes += parcel.key === undefined ? parcel.bytes.length : 0;
  }

  /** Takes all waiting parcels out. */
  release(): readonly Waiting[] {
    const parcels = this.#own;
    this.#own = [];
    this.#ownBytes = 0;
    return parcels;
  }

  write(burst: Burst): boolean {
    this.sent += burst.parcels.length;
    return this.#sink.write(burst);
  }

  /** The transport can take more. */
  drained(): void {
    if (!this.#isClosed) this.onDrained();
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.release();
    this.#sink.close(reason);
  }
}
