import { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { Cancel, Clock } from '../../core/clock.js';
import type { PeerReport } from '../../core/connector.js';
import { problem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { Origin } from '../../core/message.js';
import { printFrame } from '../../core/native/print-frame.js';
import type { NativeExchange } from '../native/native-exchange.js';
import type { SendOutcome, ZmqFrames } from '../transports/zmq-socket.js';
import { Client } from './client.js';
import { clientName, splitRouted, type RoutedMessage } from './routed-message.js';

/** Clients that are remembered; beyond them the one that has been silent longest makes room. */
export const MAX_CLIENTS = 1024;
/** A client that has been silent this long, and is owed nothing, is forgotten: ROUTER never tells that one has gone. */
export const IDLE_MS = 600_000;
const SWEEP_MS = 60_000;

export type CommandPortOptions = {
  readonly connector: string;
  readonly exchange: NativeExchange;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly send: (frames: ZmqFrames) => Promise<SendOutcome>;
};

/** The native protocol behind a ROUTER socket: each identity is a peer with an outbox of its own. */
export class CommandPort {
  readonly #options: CommandPortOptions;
  /** By name, the one that has been silent longest first. */
  readonly #clients = new Map<string, Client>();
  readonly #counting = new Subscription();
  #cancelSweep: Cancel = () => undefined;

  constructor(options: CommandPortOptions) {
    this.#options = options;
    const { bus } = options;
    this.#counting.add(
      bus.commands.subscribe(({ origin }) => {
        this.#count(origin, 1);
      }),
    );
    this.#counting.add(
      bus.outputs.subscribe((output) => {
        if (output.type === 'reply' || output.type === 'failure') this.#count(output.command.origin, -1);
      }),
    );
    this.#sweepLater();
  }

  /** One message as the ROUTER socket gave it. */
  receive(frames: readonly Uint8Array[]): void {
    const message = splitRouted(frames);
    const name = clientName(message);
    const client = this.#clients.get(name) ?? this.#admit(name);
    if (client === undefined) {
      this.#turnAway(message);
      return;
    }
    client.envelope = message.envelope;
    client.lastHeardMs = this.#options.clock.monotonic();
    this.#clients.delete(name);
    this.#clients.set(name, client);
    client.receive(message.body);
  }

  peers(): readonly PeerReport[] {
    return this.#options.exchange.peers();
  }

  /** Says goodbye; resolves when the last answers are with libzmq. */
  async stop(reason: string): Promise<void> {
    this.#cancelSweep();
    this.#counting.unsubscribe();
    this.#options.exchange.close(reason);
    await Promise.all([...this.#clients.values()].map((client) => client.sending));
    for (const name of [...this.#clients.keys()]) this.#forget(name);
  }

  #admit(name: string): Client | undefined {
    if (this.#clients.size >= MAX_CLIENTS && !this.#makeRoom()) return undefined;
    const { exchange, clock, log, send } = this.#options;
    const onGone = (): void => {
      // Not a namesake that has come since.
      if (this.#clients.get(name) === client) this.#forget(name);
    };
    const client: Client = new Client({ name, exchange, clock, log: log.child({ peer: name }), send, onGone });
    this.#clients.set(name, client);
    return client;
  }

  #makeRoom(): boolean {
    for (const [name, client] of this.#clients) {
      if (!client.isIdle) continue;
      this.#forget(name);
      return true;
    }
    return false;
  }

  #turnAway({ envelope }: RoutedMessage): void {
    const reason = problem(
      'QUEUE_FULL',
      `${MAX_CLIENTS} clients are waiting for answers, there is no room for another; try again later`,
    );
    const answer = Buffer.from(printFrame({ type: 'error', problem: reason }));
    // Sent or not: there is nobody to tell.
    this.#options.send([...envelope, answer]).catch(() => undefined);
  }

  #forget(name: string): void {
    this.#clients.get(name)?.forget();
    this.#clients.delete(name);
  }

  #count({ connector, peer }: Origin, change: 1 | -1): void {
    const client = connector === this.#options.connector ? this.#clients.get(peer) : undefined;
    if (client !== undefined) client.inFlight = Math.max(0, client.inFlight + change);
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#options.clock.after(SWEEP_MS, () => {
      const oldest = this.#options.clock.monotonic() - IDLE_MS;
      for (const [name, client] of this.#clients) if (client.isIdle && client.lastHeardMs < oldest) this.#forget(name);
      this.#sweepLater();
    });
  }
}
