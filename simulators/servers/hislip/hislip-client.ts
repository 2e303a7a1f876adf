import type { Instrument, InstrumentSession } from '../../instrument/instrument.js';
import { HislipAsync } from './hislip-async.js';
import type { HislipConnection } from './hislip-connection.js';
import type { HislipLocks } from './hislip-locks.js';
import { HislipSync, type HislipMode } from './hislip-sync.js';

/** An instrument under its sub-address, with what its clients share. */
export type HislipDevice = {
  readonly instrument: Instrument;
  readonly locks: HislipLocks<HislipClient>;
  readonly clients: Set<HislipClient>;
};

/** One client of one instrument: two connections and a session of the instrument. It ends with either connection. */
export class HislipClient {
  readonly #device: HislipDevice;
  readonly #session: InstrumentSession;
  readonly #sync: HislipSync;
  readonly #async: HislipAsync;

  constructor(device: HislipDevice, mode: HislipMode, sync: HislipConnection, async: HislipConnection) {
    this.#device = device;
    this.#session = device.instrument.connect();
    const { locks, clients } = device;
    clients.add(this);
    this.#session.cuts.subscribe(() => {
      sync.cut();
      async.cut();
    });
    this.#sync = new HislipSync({
      connection: sync,
      session: this.#session,
      mode,
      isAllowed: () => locks.allows(this),
      onInterrupted: (messageId) => this.#async.interrupted(messageId),
      onMessage: () => this.#async.progress(),
    });
    this.#async = new HislipAsync({
      connection: async,
      session: this.#session,
      sync: this.#sync,
      prefers: mode,
      lock: (key, timeoutMs, answer) => {
        locks.request(this, key, timeoutMs, answer);
      },
      unlock: () => locks.release(this),
      lockInfo: () => locks.info,
    });
    for (const connection of [sync, async]) {
      connection.onEnd(() => {
        this.#close();
        sync.drop();
        async.drop();
      });
    }
  }

  /** The locks have changed. */
  retry(): void {
    this.#sync.retry();
  }

  #close(): void {
    this.#sync.close();
    this.#async.close();
    this.#device.clients.delete(this);
    this.#device.locks.forget(this);
    this.#session.close();
  }
}
