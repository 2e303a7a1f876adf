import { Subject, Subscription, type Observable } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import { joinBytes, noBytes } from '../../../core/wire/bytes.js';
import { vxi11Errors, vxi11Flags, vxi11Reasons } from '../../../core/wire/vxi11-words.js';
import type { InstrumentSession, Piece } from '../../instrument/instrument.js';
import type { Vxi11Lock } from './vxi11-lock.js';
import { wait, type WaitEnd } from './vxi11-wait.js';

export type DeviceLinkOptions = {
  readonly session: InstrumentSession;
  /** Of the device, shared by all its links. */
  readonly lock: Vxi11Lock;
  readonly clock: Clock;
};

type ReadRequest = {
  readonly requestBytes: number;
  readonly ioTimeoutMs: number;
  readonly flags: number;
  readonly terminator: number;
};
type ReadAnswer = { readonly error: number; readonly reason: number; readonly data: Uint8Array };

/** What one answer carries at most, however much is asked for. */
const MAX_READ_BYTES = 1 << 20;

/** One link of a client to one device: its session of the instrument, and what waits in its name. */
export class Vxi11DeviceLink {
  readonly session: InstrumentSession;
  readonly #lock: Vxi11Lock;
  readonly #clock: Clock;
  readonly #aborts = new Subject<void>();
  #service = new Subscription();
  #isHungUp = false;
  /** Taken from the instrument and not yet asked for. */
  #kept: Piece | undefined;

  constructor({ session, lock, clock }: DeviceLinkOptions) {
    this.session = session;
    this.#lock = lock;
    this.#clock = clock;
  }

  /** Ends what waits: it answers 23. */
  abort(): void {
    this.#aborts.next();
  }

  /** Its client says no more: nothing waits from now on. */
  hangUp(): void {
    this.#isHungUp = true;
    this.abort();
  }

  /** 0 when no other link holds the lock, at once or within the time that the flags allow to wait. */
  permit(flags: number, lockTimeoutMs: number): Promise<number> {
    return this.#whenFree(flags, lockTimeoutMs, () => undefined);
  }

  lock(flags: number, lockTimeoutMs: number): Promise<number> {
    return this.#whenFree(flags, lockTimeoutMs, () => {
      this.#lock.take(this);
    });
  }

  /** `use` runs in the moment in which the lock is found free: of all that wait, one has it. */
  async #whenFree(flags: number, lockTimeoutMs: number, use: () => void): Promise<number> {
    const until = this.#clock.monotonic() + lockTimeoutMs;
    while (this.#lock.isHeldByOther(this)) {
      const leftMs = (flags & vxi11Flags.waitLock) === 0 ? 0 : until - this.#clock.monotonic();
      if (leftMs <= 0) return vxi11Errors.locked.number;
      const end = await this.#wait(this.#lock.frees, leftMs);
      if (end === 'aborted') return vxi11Errors.aborted.number;
    }
    use();
    return vxi11Errors.none.number;
  }

  unlock(): number {
    return this.#lock.release(this) ? vxi11Errors.none.number : vxi11Errors.noLockHeld.number;
  }

  clear(): void {
    this.#kept = undefined;
    this.session.clear();
  }

  /** As much of the answer as is asked for; waits for the rest of it. What came before a time-out goes along with it. */
  async read({ requestBytes, ioTimeoutMs, flags, terminator }: ReadRequest): Promise<ReadAnswer> {
    const wanted = Math.min(requestBytes, MAX_READ_BYTES);
    const endsAt = (flags & vxi11Flags.terminatorSet) === 0 ? undefined : terminator;
    const until = this.#clock.monotonic() + ioTimeoutMs;
    const parts: Uint8Array[] = [];
    let left = wanted;
    for (;;) {
      const piece = left > 0 ? this.#take(left, endsAt) : undefined;
      if (piece !== undefined) {
        parts.push(piece.bytes);
        left -= piece.bytes.length;
      }
      const reason = reasonOf(piece, left, endsAt);
      if (reason !== 0) return { error: vxi11Errors.none.number, reason, data: joinBytes(parts) };
      if (piece !== undefined) continue;
      const ms = until - this.#clock.monotonic();
      const end = await this.#wait(this.session.answers, ms);
      if (end === 'late') return { error: vxi11Errors.ioTimeout.number, reason: 0, data: joinBytes(parts) };
      if (end === 'aborted') {
        this.#kept = { bytes: joinBytes(parts), isEnd: false };
        return { error: vxi11Errors.aborted.number, reason: 0, data: noBytes };
      }
    }
  }

  /** From now on each request for service of the instrument comes here; undefined: none does. */
  onServiceRequest(notify: (() => void) | undefined): void {
    this.#service.unsubscribe();
    this.#service = new Subscription();
    if (notify !== undefined) this.#service.add(this.session.serviceRequests.subscribe(notify));
  }

  /** Idempotent. */
  close(): void {
    this.hangUp();
    this.#service.unsubscribe();
    this.#lock.release(this);
    this.session.close();
  }

  #wait(comes: Observable<unknown>, ms: number): Promise<WaitEnd> {
    if (this.#isHungUp) return Promise.resolve('aborted');
    return wait(this.#clock, { for: comes, ms, aborts: this.#aborts });
  }

  #take(maxBytes: number, terminator: number | undefined): Piece | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    const piece = kept === undefined || kept.bytes.length === 0 ? this.session.take(maxBytes) : kept;
    if (piece === undefined) return undefined;
    const met = terminator === undefined ? -1 : piece.bytes.indexOf(terminator);
    const size = Math.min(met === -1 ? piece.bytes.length : met + 1, maxBytes);
    if (size === piece.bytes.length) return piece;
    this.#kept = { bytes: piece.bytes.subarray(size), isEnd: piece.isEnd };
    return { bytes: piece.bytes.subarray(0, size), isEnd: false };
  }
}

const reasonOf = (piece: Piece | undefined, left: number, terminator: number | undefined): number =>
  (left === 0 ? vxi11Reasons.requestBytesReached : 0) |
  (terminator !== undefined && piece?.bytes.at(-1) === terminator ? vxi11Reasons.terminatorMet : 0) |
  (piece?.isEnd === true ? vxi11Reasons.end : 0);
