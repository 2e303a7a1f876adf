import { Subscription } from 'rxjs';
import { abortReason, type Clock } from '../../../core/clock.js';
import type { Instrument, InstrumentSession, Piece } from '../../instrument/instrument.js';

/** The instruments of a simulated GPIB bus by primary address. */
export type GpibAddresses = { readonly [primary: number]: Instrument };

type Listener = { readonly session: InstrumentSession; readonly subscriptions: Subscription };

/** A simulated GPIB bus. An instrument does not notice who talks through the adapter: what it wants to say stays in it until
 *  it is addressed to talk, cleared or switched off. */
export class GpibBus {
  readonly #addresses: GpibAddresses;
  readonly #clock: Clock;
  readonly #listeners = new Map<number, Listener>();
  readonly #requesting = new Set<number>();

  constructor(addresses: GpibAddresses, clock: Clock) {
    this.#addresses = addresses;
    this.#clock = clock;
  }

  /** Somebody pulls the SRQ line. */
  get isServiceRequested(): boolean {
    return this.#requesting.size > 0;
  }

  /** Nobody at the address, or switched off: the bytes go nowhere. */
  write(primary: number, bytes: Uint8Array, isEnd: boolean): void {
    this.#at(primary)?.write(bytes, isEnd);
  }

  /** The next piece that the instrument says; undefined: nothing for `quietMs`. */
  async read(primary: number, maxBytes: number, quietMs: number, signal: AbortSignal): Promise<Piece | undefined> {
    const session = this.#at(primary);
    const piece = session?.take(maxBytes);
    if (piece !== undefined) return piece;
    await this.#something(session, quietMs, signal);
    return this.#listeners.get(primary)?.session === session ? session?.take(maxBytes) : undefined;
  }

  clear(primary: number): void {
    this.#at(primary)?.clear();
  }

  trigger(primary: number): void {
    this.#at(primary)?.trigger();
  }

  /** 0 where nobody is: nobody drives the lines. */
  serialPoll(primary: number): number {
    this.#requesting.delete(primary);
    return this.#at(primary)?.statusByte() ?? 0;
  }

  close(): void {
    for (const primary of [...this.#listeners.keys()]) this.#drop(primary);
  }

  #at(primary: number): InstrumentSession | undefined {
    const instrument = this.#addresses[primary];
    if (instrument?.isOn !== true) {
      this.#drop(primary);
      return undefined;
    }
    return (this.#listeners.get(primary) ?? this.#connect(primary, instrument)).session;
  }

  #connect(primary: number, instrument: Instrument): Listener {
    const session = instrument.connect();
    const subscriptions = new Subscription();
    subscriptions.add(session.serviceRequests.subscribe(() => void this.#requesting.add(primary)));
    subscriptions.add(session.cuts.subscribe(() => this.#drop(primary)));
    const listener = { session, subscriptions };
    this.#listeners.set(primary, listener);
    return listener;
  }

  #drop(primary: number): void {
    const listener = this.#listeners.get(primary);
    this.#listeners.delete(primary);
    this.#requesting.delete(primary);
    listener?.subscriptions.unsubscribe();
    listener?.session.close();
  }

  #something(session: InstrumentSession | undefined, limitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const subscriptions = new Subscription();
      const settle = (settleIt: () => void): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        subscriptions.unsubscribe();
        settleIt();
      };
      const onAbort = (): void => {
        settle(() => reject(abortReason(signal)));
      };
      const cancel = this.#clock.after(limitMs, () => {
        settle(resolve);
      });
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      subscriptions.add(session?.answers.subscribe(() => settle(resolve)));
    });
  }
}
