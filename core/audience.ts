import type { Clock } from './clock.js';
import type { Outbox, Waiting } from './outbox.js';
import { Burst, compact, type Parcel } from './parcel.js';

export type AudienceOptions = {
  readonly name: string;
  readonly turn: Clock['turn'];
  /** Bytes that leave in one write; a single message may be longer. */
  readonly maxBurstBytes: number;
};

/** Peers that are owed the same messages in the same bytes. What is posted in one turn of the event loop leaves in one write
 *  to each. A peer that is behind gets the newest reading of each topic when it can take more; they are kept here once for
 *  all who are behind, so a thousand stuck peers cost one table (RELIABILITY, fault 3; ARCHITECTURE, rules 3 and 4). */
export class Audience {
  readonly name: string;
  readonly #turn: Clock['turn'];
  readonly #maxBurstBytes: number;
  readonly #members = new Set<Outbox>();
  /** The members as one flush finds them: who joins within a write has no part in it. */
  #served: readonly Outbox[] | undefined;
  /** Members that keep up and have parcels of their own in this turn. */
  readonly #addressed = new Set<Outbox>();
  /** The newest parcel of each key since the first member fell behind, oldest first. */
  readonly #newest = new Map<string, Waiting>();
  #behindCount = 0;
  #batch: Waiting[] = [];
  #batchBytes = 0;
  #nextIndex = 0;
  #readings = 0;
  #isScheduled = false;
  #isFlushing = false;

  constructor({ name, turn, maxBurstBytes }: AudienceOptions) {
    this.name = name;
    this.#turn = turn;
    this.#maxBurstBytes = maxBurstBytes;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Members that wait for their transport. */
  get behind(): number {
    return this.#behindCount;
  }

  /** From now on the peer gets what is posted; what was posted earlier in this turn goes to the others first. */
  add(outbox: Outbox): void {
    this.flush();
    this.#members.add(outbox);
    this.#served = undefined;
    outbox.onDrained = () => {
      this.#catchUp(outbox);
    };
    if (!outbox.isBehind) return;
    for (const parcel of outbox.release()) outbox.keep({ ...parcel, index: this.#nextIndex++ });
    this.#behindCount += 1;
    outbox.owedFrom = this.#here();
    if (outbox.hasDrained) this.#catchUp(outbox);
    outbox.hasDrained = false;
  }

  /** The peer leaves; what it is still owed goes with it, so that it can join another audience without a loss. */
  remove(outbox: Outbox): void {
    if (!this.#members.has(outbox)) return;
    this.flush();
    if (!this.#members.delete(outbox)) return;
    this.#served = undefined;
    this.#addressed.delete(outbox);
    outbox.onDrained = undefined;
    if (!outbox.isBehind) return;
    if (!outbox.isClosed) for (const parcel of this.#takeOwed(outbox)) outbox.keep(parcel);
    this.#leaveBehind();
  }

  /** For every member. */
  post({ bytes, key }: Parcel): void {
    if (this.#members.size === 0) return;
    if (this.#batchBytes > 0 && this.#batchBytes + bytes.length > this.#maxBurstBytes) this.flush();
    if (key !== undefined) this.#readings += 1;
    this.#batch.push({ bytes, key, index: this.#nextIndex++ });
    this.#batchBytes += bytes.length;
    this.#schedule();
  }

  /** For one member, in order with what all get. */
  postTo(outbox: Outbox, { bytes, key }: Parcel): void {
    if (outbox.isClosed) return;
    const parcel = { bytes, key, index: this.#nextIndex++ };
    outbox.keep(outbox.isBehind ? compact(parcel) : parcel);
    if (outbox.isBehind) return;
    this.#addressed.add(outbox);
    if (outbox.waitingBytes >= this.#maxBurstBytes) this.flush();
    else this.#schedule();
  }

  /** Runs `task`, then writes what was posted: answers to a chunk do not wait for the turn, nor cost one. */
  gather(task: () => void): void {
    const wasScheduled = this.#isScheduled;
    this.#isScheduled = true;
    try {
      task();
    } finally {
      this.#isScheduled = wasScheduled;
      this.flush();
    }
  }

  /** Writes what was posted. Called by itself once a turn. Within a write it does nothing: what is posted there goes out after
   *  what is going out now has reached all. */
  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      while (this.#batch.length > 0 || this.#addressed.size > 0) this.#flushBatch();
    } finally {
      this.#isFlushing = false;
    }
  }

  #flushBatch(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (this.#behindCount > 0) this.#keepForThoseBehind(batch);
    const addressed = [...this.#addressed];
    this.#addressed.clear();
    for (const member of addressed) {
      if (member.isBehind) continue;
      this.#deliver(member, merge(batch, member.release()));
    }
    if (batch.length > 0) this.#deliverToAll(batch, addressed);
  }

  #deliverToAll(batch: readonly Waiting[], except: readonly Outbox[]): void {
    const burst = new Burst(batch);
    const served = except.length === 0 ? undefined : new Set(except);
    this.#served ??= [...this.#members];
    for (const member of this.#served) {
      if (member.isBehind || member.isClosed || served?.has(member) === true) continue;
      if (!member.write(burst)) this.#fallBehind(member);
    }
  }

  /** Writes parcels burst by burst until the transport has had enough; the peer keeps the rest. */
  #deliver(member: Outbox, parcels: readonly Waiting[]): void {
    let start = 0;
    while (start < parcels.length && !member.isClosed) {
      const end = burstEnd(parcels, start, this.#maxBurstBytes);
      const isReady = member.write(new Burst(parcels.slice(start, end)));
      start = end;
      if (isReady) continue;
      for (const parcel of parcels.slice(start)) member.keep(parcel);
      this.#fallBehind(member);
      return;
    }
  }

  #keepForThoseBehind(batch: readonly Waiting[]): void {
    for (const parcel of batch) {
      if (parcel.key === undefined) {
        const kept = compact(parcel);
        for (const member of this.#members) if (member.isBehind) member.keep(kept);
        continue;
      }
      this.#newest.delete(parcel.key);
      this.#newest.set(parcel.key, parcel);
    }
  }

  #fallBehind(member: Outbox): void {
    if (member.isClosed || member.isBehind) return;
    member.owedFrom = this.#here();
    this.#behindCount += 1;
  }

  #catchUp(member: Outbox): void {
    if (!member.isBehind) return;
    this.flush();
    const owed = this.#takeOwed(member);
    member.owedFrom = undefined;
    this.#leaveBehind();
    const missed = member.conflated - member.noticed;
    const notice = missed > 0 ? member.printGapNotice(missed) : undefined;
    member.noticed = member.conflated;
    if (notice !== undefined) owed.push({ bytes: notice, key: undefined, index: this.#nextIndex++ });
    this.#deliver(member, owed);
  }

  /** Everything a member that is behind is owed, in order; counts what was conflated away. */
  #takeOwed(member: Outbox): Waiting[] {
    const since = member.owedFrom ?? this.#here();
    const waiting = member.release();
    const ownIndex = new Map(waiting.map(({ key, index }) => [key, index]));
    const newest = [...this.#newest.values()].filter(
      ({ key, index }) => index >= since.index && index > (ownIndex.get(key) ?? -1),
    );
    const newestKeys = new Set(newest.map(({ key }) => key));
    const own = waiting.filter(({ key }) => key === undefined || !newestKeys.has(key));
    member.conflated += waiting.length - own.length + (this.#readings - since.readings - newest.length);
    return merge(own, newest);
  }

  #leaveBehind(): void {
    this.#behindCount -= 1;
    if (this.#behindCount === 0) this.#newest.clear();
  }

  #here(): { index: number; readings: number } {
    return { index: this.#nextIndex, readings: this.#readings };
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turn(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }
}

/** Two lists in order of index, into one. */
const merge = (a: readonly Waiting[], b: readonly Waiting[]): Waiting[] => {
  if (a.length === 0) return [...b];
  if (b.length === 0) return [...a];
  return [...a, ...b].sort((one, other) => one.index - other.index);
};

const burstEnd = (parcels: readonly Waiting[], start: number, maxBytes: number): number => {
  let bytes = parcels[start]?.bytes.length ?? 0;
  let end = start + 1;
  for (; end < parcels.length; end += 1) {
    bytes += parcels[end]?.bytes.length ?? 0;
    if (bytes > maxBytes) break;
  }
  return end;
};
