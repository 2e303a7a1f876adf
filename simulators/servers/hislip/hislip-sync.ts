import { Subscription } from 'rxjs';
import type { BadFrame } from '../../../core/codec.js';
import {
  FIRST_MESSAGE_ID,
  HISLIP_HEADER_BYTES,
  HISLIP_MESSAGE_BYTES,
  nextMessageId,
  type HislipMessage,
} from '../../../core/wire/hislip.js';
import { fatalErrors, hislipErrors, hislipTypes } from '../../../core/wire/hislip-tables.js';
import type { InstrumentSession } from '../../instrument/instrument.js';
import type { HislipConnection } from './hislip-connection.js';
import { refuseFrame, refuseType } from './hislip-refusals.js';

export type HislipMode = 'synchronized' | 'overlap';

export type HislipSyncOptions = {
  readonly connection: HislipConnection;
  readonly session: InstrumentSession;
  readonly mode: HislipMode;
  /** Whether the locks let this client in now. */
  readonly isAllowed: () => boolean;
  /** A new message came while an answer was unread: said on the asynchronous channel. */
  readonly onInterrupted: (messageId: number) => void;
  readonly onMessage: (messageId: number) => void;
};

/** Bit 0 of the control code: the answer before was read to its end. */
export const RMT_DELIVERED = 1;
/** Bit 0 of the features: overlap mode. */
export const OVERLAP = 1;
/** Bit of the status byte: an answer waits. */
const MESSAGE_AVAILABLE = 0x10;
const LARGEST_PIECE_BYTES = 1 << 18;
const BEFORE_FIRST = (FIRST_MESSAGE_ID - 2) >>> 0;

/** The synchronous channel: program messages in, answers out, each with the id that its mode wants. */
export class HislipSync {
  readonly #options: HislipSyncOptions;
  readonly #subscriptions = new Subscription();
  #mode: HislipMode;
  /** Payload bytes that the client takes at once. */
  #pieceBytes = LARGEST_PIECE_BYTES;
  /** Of the newest message of the client. */
  #askedId = BEFORE_FIRST;
  /** Of the newest answer, in overlap mode: there the server counts by itself. */
  #answeredId = BEFORE_FIRST;
  /** Whether the client is still to say that it has read the last answer. */
  #isUnread = false;
  #isClearing = false;

  constructor(options: HislipSyncOptions) {
    this.#options = options;
    this.#mode = options.mode;
    const { connection, session } = options;
    connection.listen(
      (frame) => this.#take(frame),
      () => this.#push(),
    );
    this.#subscriptions.add(session.answers.subscribe(() => this.#push()));
    this.#push();
  }

  /** The largest message that the client takes, by its own words. */
  limit(messageBytes: bigint): void {
    const bytes = messageBytes > HISLIP_MESSAGE_BYTES ? HISLIP_MESSAGE_BYTES : Number(messageBytes);
    this.#pieceBytes = Math.min(Math.max(bytes - HISLIP_HEADER_BYTES, 1), LARGEST_PIECE_BYTES);
  }

  /** From here on everything is ignored until the client has done its part of the clear. */
  beginClear(): void {
    this.#isClearing = true;
    this.#options.connection.release();
  }

  /** The locks have changed. */
  retry(): void {
    if (this.#options.isAllowed()) this.#options.connection.release();
  }

  /** Whether the message of this id has been taken, or one after it. */
  hasTaken(messageId: number): boolean {
    return (this.#askedId - messageId) >>> 0 < 2 ** 31;
  }

  /** The status byte as one sees it who has sent, or in overlap mode received, this id as the last one. */
  statusByte(messageId: number, isDelivered: boolean): number {
    if (isDelivered) this.#isUnread = false;
    const status = this.#options.session.statusByte();
    const isCurrent = messageId === this.#askedId;
    const isWaiting = this.#isUnread || (status & MESSAGE_AVAILABLE) !== 0;
    const isAvailable =
      this.#mode === 'overlap'
        ? messageId !== this.#answeredId || (status & MESSAGE_AVAILABLE) !== 0
        : isCurrent && !isDelivered && isWaiting;
    return isAvailable ? status | MESSAGE_AVAILABLE : status & ~MESSAGE_AVAILABLE;
  }

  close(): void {
    this.#subscriptions.unsubscribe();
  }

  #take(frame: HislipMessage | BadFrame): void {
    const { connection } = this.#options;
    if (frame.type === 'bad') {
      refuseFrame(connection, frame);
      return;
    }
    switch (frame.type) {
      case hislipTypes.deviceClearComplete:
        this.#endClear(frame);
        return;
      case hislipTypes.data:
      case hislipTypes.dataEnd:
      case hislipTypes.trigger:
        if (!this.#isClearing) this.#program(frame);
        return;
      case hislipTypes.initialize:
        connection.fatal(fatalErrors.badInitialisation, 'the session is initialised already');
        return;
      case hislipTypes.fatalError:
        connection.drop();
        return;
      case hislipTypes.error:
        return;
      default:
        if (!this.#isClearing) refuseType(connection, frame.type, 'synchronous');
    }
  }

  #program(message: HislipMessage): void {
    const { connection, session, isAllowed, onMessage } = this.#options;
    if (!isAllowed()) {
      connection.hold(message);
      return;
    }
    this.#hear(message);
    if (message.type === hislipTypes.trigger) session.trigger();
    else session.write(message.payload, message.type === hislipTypes.dataEnd);
    onMessage(message.parameter);
  }

  #hear({ parameter, control }: HislipMessage): void {
    const isInterrupted = this.#mode === 'synchronized' && (control & RMT_DELIVERED) === 0 && this.#dropAnswer();
    this.#isUnread = false;
    this.#askedId = parameter;
    if (!isInterrupted) return;
    this.#options.onInterrupted(parameter);
    this.#options.connection.send('interrupted', { parameter });
  }

  /** False: there was none. */
  #dropAnswer(): boolean {
    let isUnread = this.#isUnread;
    while (this.#options.session.take(LARGEST_PIECE_BYTES) !== undefined) isUnread = true;
    return isUnread;
  }

  #push(): void {
    const { connection, session } = this.#options;
    while (!this.#isClearing && !connection.isBlocked) {
      const piece = session.take(this.#pieceBytes);
      if (piece === undefined) return;
      if (piece.bytes.length === 0 && !piece.isEnd) continue;
      this.#isUnread = true;
      this.#answeredId = nextMessageId(this.#answeredId);
      const parameter = this.#mode === 'overlap' ? this.#answeredId : this.#askedId;
      connection.send(piece.isEnd ? 'dataEnd' : 'data', { parameter, payload: piece.bytes });
    }
  }

  #endClear({ control }: HislipMessage): void {
    const { connection, session } = this.#options;
    if (!this.#isClearing) {
      connection.error(hislipErrors.unidentified, 'no device clear is under way; it begins with AsyncDeviceClear');
      return;
    }
    session.clear();
    this.#mode = (control & OVERLAP) === 0 ? 'synchronized' : 'overlap';
    this.#askedId = BEFORE_FIRST;
    this.#answeredId = BEFORE_FIRST;
    this.#isUnread = false;
    this.#isClearing = false;
    connection.send('deviceClearAcknowledge', { control: control & OVERLAP });
  }
}
