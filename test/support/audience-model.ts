import { expect } from 'chai';
import { Audience } from '../../core/audience.js';
import { Outbox } from '../../core/outbox.js';
import type { Burst } from '../../core/parcel.js';

const HEADER = 6;
const NOTICE = 0xffff_ffff;

/** A message that can be told from all others: its length, its number, padding. */
export const messageBytes = (number: number, length = HEADER): Uint8Array => {
  const bytes = new Uint8Array(Math.max(HEADER, length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length);
  view.setUint32(2, number);
  return bytes;
};

const noticeBytes = (missed: number): Uint8Array => {
  const bytes = new Uint8Array(HEADER + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length);
  view.setUint32(2, NOTICE);
  view.setUint32(6, missed);
  return bytes;
};

type Posted = { readonly number: number; readonly key: string | undefined };

/** A peer that takes some writes and then is behind until it is drained; remembers what it got and what it should have got. */
export class ModelPeer {
  readonly outbox: Outbox;
  readonly got: number[] = [];
  readonly owed: Posted[] = [];
  readonly writes: number[] = [];
  noticed = 0;
  closedBecause: string | undefined;
  /** Writes it takes before it is behind. */
  room: number;
  /** Told within a write. */
  onWrite: () => void = () => undefined;

  constructor(name: string, options: { readonly room?: number; readonly maxBytes?: number } = {}) {
    this.room = options.room ?? Number.POSITIVE_INFINITY;
    this.outbox = new Outbox({
      name,
      maxBytes: options.maxBytes ?? 2 ** 20,
      gapNotice: noticeBytes,
      sink: {
        write: (burst) => this.#write(burst),
        close: (reason) => {
          this.closedBecause = reason;
        },
      },
    });
  }

  drain(room: number): void {
    if (this.room > 0 || room === 0) return;
    this.room = room;
    this.outbox.drained();
  }

  #write({ bytes }: Burst): boolean {
    expect(this.room, 'written to while it is behind').to.be.above(0);
    this.writes.push(bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += view.getUint16(at)) {
      const number = view.getUint32(at + 2);
      if (number === NOTICE) this.noticed += view.getUint32(at + HEADER);
      else this.got.push(number);
    }
    this.room -= 1;
    this.onWrite();
    return this.room > 0;
  }
}

/** Audiences and peers, beside a plain account of who is owed what. */
export class AudienceModel {
  readonly audiences: readonly Audience[];
  readonly peers: readonly ModelPeer[];
  readonly #home = new Map<ModelPeer, number>();
  #turnTasks: (() => void)[] = [];
  #lastNumber = 0;

  constructor(
    peers: readonly ModelPeer[],
    options: { readonly audiences?: number; readonly maxBurstBytes?: number } = {},
  ) {
    const { audiences = 1, maxBurstBytes = 64 } = options;
    this.peers = peers;
    const turn = (task: () => void): void => void this.#turnTasks.push(task);
    this.audiences = Array.from(
      { length: audiences },
      (_, index) => new Audience({ name: `${index}`, turn, maxBurstBytes }),
    );
    for (const peer of peers) this.join(peer, 0);
  }

  get pendingTurns(): number {
    return this.#turnTasks.length;
  }

  turn(): void {
    for (const task of this.#turnTasks.splice(0)) task();
  }

  join(peer: ModelPeer, audience: number): void {
    this.#home.set(peer, audience);
    this.audiences[audience]?.add(peer.outbox);
  }

  leave(peer: ModelPeer): void {
    const audience = this.#home.get(peer);
    if (audience !== undefined) this.audiences[audience]?.remove(peer.outbox);
    this.#home.delete(peer);
  }

  post(audience: number, key?: string, length?: number): number {
    const number = ++this.#lastNumber;
    for (const peer of this.peers) {
      if (this.#home.get(peer) === audience && !peer.outbox.isClosed) peer.owed.push({ number, key });
    }
    this.audiences[audience]?.post({ bytes: messageBytes(number, length), key });
    return number;
  }

  postTo(peer: ModelPeer, key?: string, length?: number): number {
    const number = ++this.#lastNumber;
    const audience = this.#home.get(peer);
    if (audience === undefined || peer.outbox.isClosed) return number;
    peer.owed.push({ number, key });
    this.audiences[audience]?.postTo(peer.outbox, { bytes: messageBytes(number, length), key });
    return number;
  }

  /** Every peer reads until it has all. */
  settle(): void {
    this.turn();
    for (let round = 0; round < 3; round += 1) for (const peer of this.peers) peer.drain(Number.POSITIVE_INFINITY);
  }

  /** What must hold when everyone has read: nothing lost, order kept, only older readings replaced, each one counted. */
  verify(): void {
    for (const peer of this.peers) {
      if (peer.outbox.isClosed) continue;
      const got = new Set(peer.got);
      const missing = peer.owed.filter(({ number }) => !got.has(number));
      const newestOfKey = new Map(peer.owed.map(({ key, number }) => [key, number]));
      expect(peer.got, 'order').to.deep.equal(peer.got.toSorted((a, b) => a - b));
      expect(got.size, 'twice').to.equal(peer.got.length);
      expect(
        missing.filter(({ key }) => key === undefined),
        'lost',
      ).to.deep.equal([]);
      expect(
        missing.filter(({ key, number }) => newestOfKey.get(key) === number),
        'newest lost',
      ).to.deep.equal([]);
      expect(peer.got.length + peer.outbox.conflated, 'delivered + conflated').to.equal(peer.owed.length);
      expect(peer.noticed, 'told').to.equal(peer.outbox.conflated);
      expect(peer.outbox.isBehind).to.equal(false);
    }
  }
}
