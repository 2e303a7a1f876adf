import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { Cancel, Clock } from '../../core/clock.js';
import type { PeerReport } from '../../core/connector.js';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { Output } from '../../core/message.js';
import { PING_INTERVAL_MS } from '../../core/native/protocol.js';
import { Outbox, type Sink } from '../../core/outbox.js';
import { Subscriptions, type Group } from '../native/subscriptions.js';
import {
  heartbeat,
  opening,
  outputEvent,
  readPosition,
  serviceEvent,
  snapshotEvent,
  type Position,
} from './event-text.js';
import { RecentEdges } from './recent-edges.js';

export type EventExchangeOptions = {
  readonly connector: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxOutboxBytes: number;
};

/** One client that follows. */
export type EventPeer = {
  readonly name: string;
  readonly group: Group;
  readonly outbox: Outbox;
  readonly sinceMs: number;
};

export type Joining = {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly sink: Sink;
  /** What it has heard last, before it lost its connection. */
  readonly lastEventId?: string;
};

/** Bytes that leave in one write. */
const MAX_BURST_BYTES = 65_536;

/** Server-sent events for all clients of one connector: each message is encoded once, however many follow it; who is behind
 *  gets the newest of each reading. */
export class EventExchange {
  readonly #options: EventExchangeOptions;
  readonly #subscriptions: Subscriptions;
  readonly #peers = new Map<string, EventPeer>();
  readonly #recent = new RecentEdges();
  readonly #busOutputs: Subscription;
  readonly #start: number;
  #serial = 0;
  #cancelHeartbeat: Cancel | undefined;
  /** Messages encoded since the start: the proof that fan-out encodes once. */
  encoded = 0;

  constructor(options: EventExchangeOptions) {
    const { connector, clock, bus } = options;
    this.#options = options;
    this.#start = clock.now();
    this.#subscriptions = new Subscriptions({
      name: `${connector} events`,
      turn: clock.turn,
      maxBurstBytes: MAX_BURST_BYTES,
    });
    this.#busOutputs = bus.outputs.subscribe((output) => {
      this.#onOutput(output);
    });
  }

  /** One synchronous step: what was said before is in the snapshot, what is said afterwards follows it. */
  join({ name, patterns, sink, lastEventId }: Joining): EventPeer {
    const { connector, clock, maxOutboxBytes } = this.#options;
    const outbox: Outbox = new Outbox({
      name: `${connector} ${name}`,
      sink,
      maxBytes: maxOutboxBytes,
      gapNotice: (conflated) => serviceEvent('gap', { conflated, total: outbox.conflated }),
    });
    const group = this.#subscriptions.join(patterns, outbox);
    const peer: EventPeer = { name, group, outbox, sinceMs: clock.now() };
    this.#peers.set(name, peer);
    this.#post(peer, opening);
    if (lastEventId !== undefined) this.#resume(peer, readPosition(lastEventId));
    this.#post(peer, snapshotEvent(this.#readings(group), this.#position(this.#serial)));
    this.#cancelHeartbeat ??= this.#heartbeatLater();
    return peer;
  }

  leave(peer: EventPeer): void {
    if (this.#peers.get(peer.name) !== peer) return;
    this.#peers.delete(peer.name);
    this.#subscriptions.leave(peer.group, peer.outbox);
    if (this.#peers.size === 0) this.#stopHeartbeat();
  }

  peers(): readonly PeerReport[] {
    return [...this.#peers.values()].map(({ name, outbox, sinceMs }) => ({
      connector: this.#options.connector,
      peer: name,
      dialect: 'events',
      sinceMs,
      received: 0,
      sent: outbox.sent,
      conflated: outbox.conflated,
      waitingBytes: outbox.waitingBytes,
      isBehind: outbox.isBehind,
    }));
  }

  /** Says goodbye, sends the rest and lets go of the bus; the transport closes its peers. Idempotent. */
  close(reason: string): void {
    if (this.#busOutputs.closed) return;
    this.#busOutputs.unsubscribe();
    this.#stopHeartbeat();
    const bytes = serviceEvent('goodbye', { reason });
    for (const { audience } of this.#subscriptions.groups) {
      audience.post({ bytes, key: undefined });
      audience.flush();
    }
  }

  /** What it missed in order, then the snapshot: alarms and events are edges, which no snapshot has. */
  #resume(peer: EventPeer, last: Position | undefined): void {
    const isOurs = last?.start === this.#start && last.serial <= this.#serial;
    const { edges, isComplete } = isOurs ? this.#recent.after(last.serial) : { edges: [], isComplete: false };
    const missed = edges.filter(({ output }) => peer.group.matches(output.topic));
    this.#post(peer, serviceEvent('resumed', { replayed: missed.length, isComplete }));
    for (const { output, serial } of missed) this.#post(peer, outputEvent(output, this.#position(serial)));
  }

  #readings({ matches }: Group) {
    return this.#options.bus.snapshot().filter(({ topic }) => matches(topic));
  }

  #onOutput(output: Output): void {
    this.#serial += 1;
    if (output.type === 'alarm' || output.type === 'event') this.#recent.add({ serial: this.#serial, output });
    if (this.#peers.size === 0) return;
    const groups = this.#subscriptions.matching(output.topic);
    if (groups.length === 0) return;
    // A throw here would come back as an uncaught exception and end the process for every peer.
    try {
      const bytes = outputEvent(output, this.#position(this.#serial));
      this.encoded += 1;
      const key = output.type === 'reading' ? output.topic : undefined;
      for (const { audience } of groups) audience.post({ bytes, key });
    } catch (thrown) {
      const { topic, seq } = output;
      this.#options.log.error('output could not be encoded', { topic, seq, reason: toProblem(thrown).message });
    }
  }

  #post({ group, outbox }: EventPeer, bytes: Uint8Array): void {
    group.audience.postTo(outbox, { bytes, key: undefined });
  }

  #position(serial: number): Position {
    return { start: this.#start, serial };
  }

  /** Who is behind has bytes waiting for it anyway. */
  #heartbeatLater(): Cancel {
    return this.#options.clock.after(PING_INTERVAL_MS, () => {
      for (const peer of this.#peers.values()) if (!peer.outbox.isBehind) this.#post(peer, heartbeat);
      this.#cancelHeartbeat = this.#heartbeatLater();
    });
  }

  #stopHeartbeat(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
  }
}
