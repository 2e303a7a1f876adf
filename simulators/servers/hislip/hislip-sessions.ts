import type { Clock } from '../../../core/clock.js';
import type { BadFrame } from '../../../core/codec.js';
import { HISLIP_VENDOR, HISLIP_VERSION, type HislipMessage } from '../../../core/wire/hislip.js';
import { fatalErrors, hislipTypes } from '../../../core/wire/hislip-tables.js';
import type { Instrument } from '../../instrument/instrument.js';
import { HislipClient, type HislipDevice } from './hislip-client.js';
import type { HislipConnection } from './hislip-connection.js';
import { HislipLocks } from './hislip-locks.js';
import { refuseFrame } from './hislip-refusals.js';
import { OVERLAP, type HislipMode } from './hislip-sync.js';

export type HislipSessionsOptions = {
  /** By sub-address: `hislip0`. */
  readonly devices: { readonly [subAddress: string]: Instrument };
  readonly mode: HislipMode;
  readonly maxSessions: number;
  readonly clock: Clock;
};

type Session = {
  readonly device: HislipDevice;
  readonly sync: HislipConnection;
  /** It is no longer waited for. */
  readonly joined: () => void;
  isComplete: boolean;
};

/** Who has opened one connection and not the other for this long, or has said nothing at all, is gone. */
const INITIALISE_WITHIN_MS = 10_000;
const DEFAULT_SUB_ADDRESS = 'hislip0';
const MAX_SESSION_ID = 0xffff;

/** Finds out what each new connection is, and joins two of them to a client. */
export class HislipSessions {
  readonly #options: HislipSessionsOptions;
  readonly #devices = new Map<string, HislipDevice>();
  readonly #sessions = new Map<number, Session>();
  #lastId = 0;

  constructor(options: HislipSessionsOptions) {
    this.#options = options;
    for (const [subAddress, instrument] of Object.entries(options.devices)) {
      const clients = new Set<HislipClient>();
      const locks = new HislipLocks<HislipClient>(options.clock, () => {
        for (const client of clients) client.retry();
      });
      this.#devices.set(subAddress.toLowerCase(), { instrument, locks, clients });
    }
  }

  accept(connection: HislipConnection): void {
    const cancel = this.#options.clock.after(INITIALISE_WITHIN_MS, () =>
      connection.fatal(fatalErrors.badInitialisation, `not initialised within ${INITIALISE_WITHIN_MS / 1_000} s`),
    );
    connection.onEnd(cancel);
    connection.listen((frame) => {
      this.#initialise(connection, frame, cancel);
    });
  }

  #initialise(connection: HislipConnection, frame: HislipMessage | BadFrame, cancel: () => void): void {
    if (frame.type === 'bad') {
      refuseFrame(connection, frame);
    } else if (frame.type === hislipTypes.initialize) {
      this.#open(connection, frame, cancel);
    } else if (frame.type === hislipTypes.asyncInitialize) {
      this.#join(connection, frame, cancel);
    } else {
      connection.fatal(fatalErrors.badInitialisation, `a session begins with Initialize, not with type ${frame.type}`);
    }
  }

  #open(sync: HislipConnection, { parameter, payload }: HislipMessage, cancel: () => void): void {
    const { maxSessions, mode } = this.#options;
    const subAddress = Buffer.from(payload.subarray(0, 256)).toString('latin1') || DEFAULT_SUB_ADDRESS;
    const device = this.#devices.get(subAddress.toLowerCase());
    if (device === undefined) {
      const known = [...this.#devices.keys()].join(', ');
      sync.fatal(fatalErrors.badInitialisation, `no instrument at ${JSON.stringify(subAddress)}; there are: ${known}`);
    } else if (!device.instrument.isOn) {
      sync.cut();
    } else if (this.#sessions.size >= maxSessions) {
      sync.fatal(fatalErrors.tooManyClients, `${maxSessions} clients are the most; close one of them`);
    } else {
      const id = this.#newId();
      this.#sessions.set(id, { device, sync, joined: cancel, isComplete: false });
      sync.onEnd(() => {
        this.#sessions.delete(id);
      });
      sync.listen((frame) => {
        if (frame.type === 'bad') refuseFrame(sync, frame);
        else sync.fatal(fatalErrors.channelMissing, 'the asynchronous channel is to be opened first');
      });
      const version = Math.min(parameter >>> 16, HISLIP_VERSION);
      sync.send('initializeResponse', {
        control: mode === 'overlap' ? OVERLAP : 0,
        parameter: ((version << 16) | id) >>> 0,
      });
    }
  }

  #join(async: HislipConnection, { parameter: id }: HislipMessage, cancel: () => void): void {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isComplete) {
      const reason = session === undefined ? 'is not open' : 'has its asynchronous channel already';
      async.fatal(fatalErrors.badInitialisation, `session ${id} ${reason}`);
      return;
    }
    const { device, sync } = session;
    if (!device.instrument.isOn) {
      sync.cut();
      async.cut();
      return;
    }
    cancel();
    session.joined();
    session.isComplete = true;
    async.send('asyncInitializeResponse', { parameter: HISLIP_VENDOR });
    new HislipClient(device, this.#options.mode, sync, async);
  }

  #newId(): number {
    do this.#lastId = (this.#lastId % MAX_SESSION_ID) + 1;
    while (this.#sessions.has(this.#lastId));
    return this.#lastId;
  }
}
