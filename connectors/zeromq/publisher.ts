import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { PeerReport } from '../../core/connector.js';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { Output } from '../../core/message.js';
import type { PublishEncoding } from './encoding.js';
import { Snapshots } from './snapshots.js';
import { MAX_PREFIXES, readSubscription, Subscriptions } from './subscriptions.js';
import { topicFrame } from './topic-frame.js';

export type PublisherOptions = {
  readonly connector: string;
  /** The name of the port in reports. */
  readonly name: string;
  readonly encoding: PublishEncoding;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** Messages that may wait for one subscriber; libzmq drops what comes beyond. */
  readonly highWaterMark: number;
  /** Takes one message, frame by frame, at once. */
  readonly send: (frames: readonly (string | Uint8Array)[]) => void;
};

/** Says on one port what the bus says, to those who have subscribed to it, each message encoded once. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #subscriptions: Subscriptions;
  readonly #snapshots: Snapshots;
  readonly #sinceMs: number;
  readonly #following: Subscription;
  #received = 0;
  #sent = 0;
  #unencodable = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { bus, clock, highWaterMark, log, name } = options;
    this.#sinceMs = clock.now();
    this.#subscriptions = new Subscriptions(() => {
      log.warn('too many subscriptions, everything is published from now on', { port: name, limit: MAX_PREFIXES });
    });
    this.#snapshots = new Snapshots({
      clock,
      snapshot: () => bus.snapshot(),
      newest: ({ manager, topic }) => bus.streamOf(manager).newest(topic),
      send: (reading) => {
        this.#publish(reading, true);
      },
      sliceSize: Math.max(1, Math.floor(highWaterMark / 4)),
    });
    this.#following = bus.outputs.subscribe((output) => {
      this.#publish(output, false);
    });
  }

  /** What has come in from the subscribers' side. Anything but a subscription is counted and ignored. */
  receive(frame: Uint8Array): void {
    this.#received += 1;
    const message = readSubscription(frame);
    if (message === undefined) return;
    this.#subscriptions.update(message);
    if (message.isSubscribed) this.#snapshots.ask(message.prefix);
  }

  /** One for the whole port: libzmq does not tell its subscribers apart. */
  peers(): readonly PeerReport[] {
    const { connector, name, encoding } = this.#options;
    const report = { connector, peer: name, dialect: `publish ${encoding.name}` };
    return [
      {
        ...report,
        sinceMs: this.#sinceMs,
        received: this.#received,
        sent: this.#sent,
        conflated: 0,
        waitingBytes: 0,
        isBehind: false,
      },
    ];
  }

  stop(): void {
    this.#following.unsubscribe();
    this.#snapshots.stop();
  }

  #publish(output: Output, isSnapshot: boolean): void {
    const frame = topicFrame(output.topic);
    if (!this.#subscriptions.wants(frame)) return;
    const { encoding, send } = this.#options;
    // A throw here would come back as an uncaught exception and end the process for every client.
    try {
      const payload = encoding.encode(output, isSnapshot);
      send(output.data === undefined ? [frame, payload] : [frame, payload, output.data]);
      this.#sent += 1;
    } catch (thrown) {
      this.#reportUnencodable(output, toProblem(thrown).message);
    }
  }

  /** Once at warning level: a parameter that is NaN is NaN in every poll. */
  #reportUnencodable({ topic, seq }: Output, reason: string): void {
    this.#unencodable += 1;
    const fields = { port: this.#options.name, topic, seq, reason, count: this.#unencodable };
    if (this.#unencodable === 1) this.#options.log.error('output could not be published', fields);
    else this.#options.log.debug('output could not be published', fields);
  }
}
