import type { Subscription } from 'rxjs';
import { Audience } from '../core/audience.js';
import type { Bus } from '../core/bus.js';
import type { Clock } from '../core/clock.js';
import type { PeerReport } from '../core/connector.js';
import type { Dialect, Recipients } from '../core/dialect.js';
import { toProblem, type Problem } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import type { Failure, Origin, Output, Reply } from '../core/message.js';
import { DEFAULT_OUTBOX_BYTES, Outbox, type Sink } from '../core/outbox.js';

export type ExchangeOptions<Frame> = {
  readonly connector: string;
  readonly dialectName: string;
  readonly dialect: Dialect<Frame>;
  readonly encode: (frame: Frame) => Uint8Array;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxBurstBytes: number;
  readonly maxOutboxBytes?: number;
};

/** One connection of an exchange. */
export type Peer = {
  readonly origin: Origin;
  readonly outbox: Outbox;
  readonly sinceMs: number;
  received: number;
};

/** One dialect in one coding, for all peers that speak it: encodes each message once, however many they are. */
export class Exchange<Frame> {
  readonly #options: ExchangeOptions<Frame>;
  readonly #audience: Audience;
  readonly #peers = new Map<string, Peer>();
  readonly #subscription: Subscription;
  /** Messages encoded since the start: the proof that fan-out encodes once. */
  encoded = 0;

  constructor(options: ExchangeOptions<Frame>) {
    this.#options = options;
    const { connector, dialectName, clock, maxBurstBytes, bus } = options;
    this.#audience = new Audience({ name: `${connector} ${dialectName}`, turn: clock.turn, maxBurstBytes });
    this.#subscription = bus.outputs.subscribe((output) => {
      this.#onOutput(output);
    });
  }

  /** The peer receives everything from this moment on. */
  join(peer: string, sink: Sink): Peer {
    const { connector, clock, maxOutboxBytes } = this.#options;
    const outbox = new Outbox({ name: `${connector} ${peer}`, sink, maxBytes: maxOutboxBytes ?? DEFAULT_OUTBOX_BYTES });
    const member: Peer = { origin: { connector, peer }, outbox, sinceMs: clock.now(), received: 0 };
    this.#peers.set(peer, member);
    this.#audience.add(outbox);
    return member;
  }

  leave(member: Peer): void {
    this.#peers.delete(member.origin.peer);
    this.#audience.remove(member.outbox);
  }

  /** A whole frame has come from a peer. */
  receive(member: Peer, frame: Frame): void {
    const { dialect, bus, clock } = this.#options;
    member.received += 1;
    const understood = dialect.understand(frame, member.origin, clock.now());
    if ('request' in understood) bus.submit(understood.request);
    else this.#send(understood.answer, understood.to, member);
  }

  /** Bytes that are no frame: answered to their sender alone. */
  refuse(member: Peer, reason: Problem): void {
    this.#send(this.#options.dialect.onBadFrame(reason, this.#options.clock.now()), 'sender', member);
  }

  /** Runs `task`, which receives the frames of one chunk, and sends what came of them at its end. */
  gather(task: () => void): void {
    this.#audience.gather(task);
  }

  /** Sends what this turn has gathered so far. */
  flush(): void {
    this.#audience.flush();
  }

  peers(): readonly PeerReport[] {
    const { connector, dialectName } = this.#options;
    return [...this.#peers.values()].map(({ origin, outbox, sinceMs, received }) => ({
      connector,
      peer: origin.peer,
      dialect: dialectName,
      sinceMs,
      received,
      sent: outbox.sent,
      conflated: outbox.conflated,
      waitingBytes: outbox.waitingBytes,
      isBehind: outbox.isBehind,
    }));
  }

  /** Sends the rest and lets go of the bus; the transports close their peers. */
  close(): void {
    this.#subscription.unsubscribe();
    this.#audience.flush();
  }

  #onOutput(output: Output): void {
    if (this.#peers.size === 0) return;
    // A throw here would come back as an uncaught exception and end the process for every peer.
    try {
      const frames = this.#options.dialect.toFrames(output);
      if (frames.length === 0) return;
      const isAnswer = output.type === 'reply' || output.type === 'failure';
      const key = output.type === 'reading' ? output.topic : undefined;
      this.#send(frames, isAnswer ? this.#options.dialect.recipients(output) : 'everyone', this.#askerOf(output), key);
    } catch (thrown) {
      this.#options.log.error('output could not be encoded', {
        topic: output.topic,
        seq: output.seq,
        reason: toProblem(thrown).message,
      });
    }
  }

  #askerOf(output: Output): Peer | undefined {
    return output.type === 'reply' || output.type === 'failure' ? this.#peerOf(output) : undefined;
  }

  #peerOf({ command: { origin } }: Reply | Failure): Peer | undefined {
    return origin.connector === this.#options.connector ? this.#peers.get(origin.peer) : undefined;
  }

  #send(frames: readonly Frame[], to: Recipients, asker: Peer | undefined, key?: string): void {
    const addressee = to === 'everyone' ? undefined : asker;
    if (to === 'sender' && addressee === undefined) return;
    for (const frame of frames) {
      const bytes = this.#options.encode(frame);
      this.encoded += 1;
      if (addressee === undefined) this.#audience.post({ bytes, key });
      else this.#audience.postTo(addressee.outbox, { bytes, key });
    }
  }
}
