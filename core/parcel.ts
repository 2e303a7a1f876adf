import { joinBytes } from './wire/bytes.js';

/** One encoded message on its way to peers; encoded once, the bytes are shared and never changed. */
export type Parcel = {
  readonly bytes: Uint8Array;
  /** Readings: the topic. The newest parcel of a key replaces an older one that is still waiting. Undefined: never dropped. */
  readonly key: string | undefined;
};

/** The same for a long wait: short messages are encoded side by side in one slab, and one that waits must not keep the whole
 *  slab alive, of which only its own bytes are counted. */
export const compact = <Kept extends Parcel>(parcel: Kept): Kept =>
  parcel.bytes.buffer.byteLength === parcel.bytes.length ? parcel : { ...parcel, bytes: parcel.bytes.slice() };

/** What leaves in one write: whole messages, joined once however many peers they go to. */
export class Burst {
  readonly parcels: readonly Parcel[];
  #bytes: Uint8Array | undefined;

  constructor(parcels: readonly Parcel[]) {
    this.parcels = parcels;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= this.#join());
  }

  #join(): Uint8Array {
    const first = this.parcels[0];
    if (first !== undefined && this.parcels.length === 1) return first.bytes;
    return joinBytes(this.parcels.map(({ bytes }) => bytes));
  }
}
