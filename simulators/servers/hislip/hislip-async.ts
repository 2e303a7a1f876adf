import { Subscription } from 'rxjs';
import type { BadFrame } from '../../../core/codec.js';
import { viewOf } from '../../../core/wire/bytes.js';
import { HISLIP_MESSAGE_BYTES, type HislipMessage } from '../../../core/wire/hislip.js';
import {
  fatalErrors,
  hislipErrors,
  hislipTypes,
  lockAnswers,
  lockRequests,
  remoteLocal,
} from '../../../core/wire/hislip-tables.js';
import type { InstrumentSession } from '../../instrument/instrument.js';
import type { HislipConnection } from './hislip-connection.js';
import type { LockAnswer } from './hislip-locks.js';
import { refuseFrame, refuseType } from './hislip-refusals.js';
import { OVERLAP, RMT_DELIVERED, type HislipMode, type HislipSync } from './hislip-sync.js';

export type HislipAsyncOptions = {
  readonly connection: HislipConnection;
  readonly session: InstrumentSession;
  readonly sync: HislipSync;
  /** What the server would rather do after a device clear. */
  readonly prefers: HislipMode;
  readonly lock: (key: string, timeoutMs: number, answer: (answer: LockAnswer) => void) => void;
  readonly unlock: () => LockAnswer;
  readonly lockInfo: () => { readonly isExclusive: boolean; readonly holders: number };
};

const MAX_LOCK_KEY_BYTES = 256;
const MAX_REMOTE_LOCAL = Math.max(...Object.values(remoteLocal));

type Answerer = (channel: HislipAsync, message: HislipMessage) => void;

/** The asynchronous channel: what goes past the program messages. */
export class HislipAsync {
  readonly #options: HislipAsyncOptions;
  readonly #subscriptions = new Subscription();
  /** The lock is let go of when this message has been taken. */
  #unlockBehind: number | undefined;

  constructor(options: HislipAsyncOptions) {
    this.#options = options;
    const { connection, session } = options;
    connection.listen((frame) => this.#take(frame));
    const requests = session.serviceRequests.subscribe((control) =>
      connection.send('asyncServiceRequest', { control }),
    );
    this.#subscriptions.add(requests);
  }

  /** The synchronous channel has gone on. */
  progress(): void {
    if (this.#unlockBehind !== undefined && this.#options.sync.hasTaken(this.#unlockBehind)) this.#unlock();
  }

  interrupted(messageId: number): void {
    this.#options.connection.send('asyncInterrupted', { parameter: messageId });
  }

  close(): void {
    this.#subscriptions.unsubscribe();
  }

  #take(frame: HislipMessage | BadFrame): void {
    if (frame.type === 'bad') {
      refuseFrame(this.#options.connection, frame);
      return;
    }
    const answer = HislipAsync.#answerers[frame.type];
    if (answer === undefined) refuseType(this.#options.connection, frame.type, 'asynchronous');
    else answer(this, frame);
  }

  static readonly #answerers: { readonly [type: number]: Answerer } = {
    [hislipTypes.asyncMaxMessageSize]: (channel, message) => channel.#exchangeSizes(message),
    [hislipTypes.asyncStatusQuery]: (channel, { control, parameter }) => {
      const { connection, sync } = channel.#options;
      const status = sync.statusByte(parameter, (control & RMT_DELIVERED) !== 0);
      connection.send('asyncStatusResponse', { control: status });
    },
    [hislipTypes.asyncDeviceClear]: (channel) => {
      const { connection, sync, prefers } = channel.#options;
      sync.beginClear();
      channel.#unlock(); // the message that it waits for is thrown away, or never comes
      connection.send('asyncDeviceClearAcknowledge', { control: prefers === 'overlap' ? OVERLAP : 0 });
    },
    [hislipTypes.asyncLock]: (channel, message) => channel.#lock(message),
    [hislipTypes.asyncLockInfo]: (channel) => {
      const { isExclusive, holders } = channel.#options.lockInfo();
      channel.#options.connection.send('asyncLockInfoResponse', { control: isExclusive ? 1 : 0, parameter: holders });
    },
    [hislipTypes.asyncRemoteLocalControl]: (channel, { control }) => {
      const { connection } = channel.#options;
      if (control <= MAX_REMOTE_LOCAL) connection.send('asyncRemoteLocalResponse');
      else refuseControl(connection, `remote and local go from 0 to ${MAX_REMOTE_LOCAL}, ${control} is none of them`);
    },
    [hislipTypes.asyncInitialize]: (channel) => {
      channel.#options.connection.fatal(fatalErrors.badInitialisation, 'the session is initialised already');
    },
    [hislipTypes.fatalError]: (channel) => {
      channel.#options.connection.drop();
    },
    [hislipTypes.error]: () => undefined,
  };

  /** Lets go of the lock as was asked before, if it was. */
  #unlock(): void {
    if (this.#unlockBehind === undefined) return;
    this.#unlockBehind = undefined;
    this.#options.connection.send('asyncLockResponse', { control: this.#options.unlock() });
  }

  #exchangeSizes({ payload }: HislipMessage): void {
    const { connection, sync } = this.#options;
    if (payload.length !== 8) {
      connection.error(hislipErrors.unidentified, `a message size has 8 bytes, not ${payload.length}`);
      return;
    }
    sync.limit(viewOf(payload).getBigUint64(0));
    const ours = new Uint8Array(8);
    viewOf(ours).setBigUint64(0, BigInt(HISLIP_MESSAGE_BYTES));
    connection.send('asyncMaxMessageSizeResponse', { payload: ours });
  }

  #lock({ control, parameter, payload }: HislipMessage): void {
    const { connection, lock } = this.#options;
    if (control === lockRequests.release && this.#unlockBehind !== undefined) {
      connection.send('asyncLockResponse', { control: lockAnswers.error }); // it is being released
    } else if (control === lockRequests.release) {
      this.#unlockBehind = parameter;
      this.progress();
    } else if (control !== lockRequests.request) {
      refuseControl(connection, `a lock is released by 0 and requested by 1, ${control} is neither`);
    } else if (payload.length > MAX_LOCK_KEY_BYTES) {
      connection.error(hislipErrors.tooLarge, `a lock string has ${MAX_LOCK_KEY_BYTES} bytes at most`);
    } else {
      const key = Buffer.from(payload).toString('latin1');
      lock(key, parameter, (answer) => connection.send('asyncLockResponse', { control: answer }));
    }
  }
}

const refuseControl = (connection: HislipConnection, text: string): void => {
  connection.error(hislipErrors.unknownControl, text);
};
