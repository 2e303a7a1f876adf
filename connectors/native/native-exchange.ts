import type { Subscription } from 'rxjs';
import type { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import type { PeerReport, StationIdentity } from '../../core/connector.js';
import { problem, toProblem, type Problem } from '../../core/errors.js';
import type { JsonSchema } from '../../core/json-value.js';
import type { Logger } from '../../core/log.js';
import type { CommandRequest, Origin, Output, Reading } from '../../core/message.js';
import { clientFrameReader, type ReadFrame } from '../../core/native/client-frame.js';
import { answerPrinter, type PrintAnswer } from '../../core/native/print-answer.js';
import { printFrame } from '../../core/native/print-frame.js';
import {
  PROTOCOL_VERSION,
  type AnswerFrame,
  type ClientFrame,
  type CommandFrame,
  type DescribeFrame,
  type FrameId,
  type HelloFrame,
  type ServiceFrame,
} from '../../core/native/protocol.js';
import { DEFAULT_OUTBOX_BYTES, Outbox, type Sink } from '../../core/outbox.js';
import type { Parcel } from '../../core/parcel.js';
import { topicMatcher } from '../../core/address.js';
import { unreachable } from '../../core/unreachable.js';
import type { SchemaCompiler } from '../../core/validate.js';
import { Subscriptions, type Group } from './subscriptions.js';

export type NativeExchangeOptions = {
  readonly connector: string;
  readonly station: StationIdentity;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** schemas/native/client-frame.schema.json */
  readonly schema: JsonSchema;
  readonly compile: SchemaCompiler;
  /** A frame's text as the transport wants it. */
  readonly encode: (text: string) => Uint8Array;
  readonly maxBurstBytes: number;
  readonly maxOutboxBytes?: number;
  /** Why a `subscribe` is refused: this transport has another way to follow. Absent: it is not refused. */
  readonly subscribeRefusal?: Problem;
};

/** One connection that speaks the native protocol. */
export type NativePeer = {
  origin: Origin;
  group: Group;
  readonly outbox: Outbox;
  readonly sinceMs: number;
  received: number;
};

/** The native protocol for all peers of one connector: each output is encoded once, however many peers and subscriptions. */
export class NativeExchange {
  readonly #options: NativeExchangeOptions;
  readonly #read: (text: string) => ReadFrame;
  readonly #subscriptions: Subscriptions;
  readonly #peers = new Map<string, NativePeer>();
  readonly #busOutputs: Subscription;
  readonly #printAnswer: PrintAnswer = answerPrinter();
  readonly #startedMs: number;
  /** Messages encoded since the start: the proof that fan-out encodes once. */
  encoded = 0;

  constructor(options: NativeExchangeOptions) {
    this.#options = options;
    const { schema, compile, connector, clock, maxBurstBytes, bus } = options;
    this.#read = clientFrameReader(schema, compile);
    this.#startedMs = clock.now();
    this.#subscriptions = new Subscriptions({ name: `${connector} native`, turn: clock.turn, maxBurstBytes });
    this.#busOutputs = bus.outputs.subscribe((output) => {
      this.#onOutput(output);
    });
  }

  get size(): number {
    return this.#peers.size;
  }

  /** The peer is subscribed to nothing yet; answers to its own commands reach it from now on. */
  join(name: string, sink: Sink): NativePeer {
    const { connector, clock, maxOutboxBytes = DEFAULT_OUTBOX_BYTES } = this.#options;
    const outbox: Outbox = new Outbox({
      name: `${connector} ${name}`,
      sink,
      maxBytes: maxOutboxBytes,
      gapNotice: (conflated) => this.#encode({ type: 'gap', conflated, total: outbox.conflated }),
    });
    const group = this.#subscriptions.join([], outbox);
    const peer: NativePeer = { origin: { connector, peer: name }, group, outbox, sinceMs: clock.now(), received: 0 };
    this.#peers.set(name, peer);
    return peer;
  }

  leave(peer: NativePeer): void {
    this.#peers.delete(peer.origin.peer);
    this.#subscriptions.leave(peer.group, peer.outbox);
  }

  /** A text frame has come from a peer. Never throws. */
  receive(peer: NativePeer, text: string): void {
    peer.received += 1;
    const read = this.#read(text);
    if (read.type === 'bad') {
      this.refuse(peer, read.problem, read.id);
      return;
    }
    try {
      this.#obey(peer, read.frame);
    } catch (thrown) {
      const { name } = peer.outbox;
      this.#options.log.error('frame could not be handled', { peer: name, reason: toProblem(thrown).message });
      this.refuse(peer, toProblem(thrown), read.frame.id);
    }
  }

  /** Says to one peer that what it sent was no frame. */
  refuse(peer: NativePeer, reason: Problem, id?: FrameId): void {
    this.#send(peer, { type: 'error', problem: reason }, id);
  }

  /** Sends what this peer, and those who share its subscription, are owed; call it after a decoded chunk. */
  flush(peer: NativePeer): void {
    peer.group.audience.flush();
  }

  peers(): readonly PeerReport[] {
    const { connector } = this.#options;
    return [...this.#peers.values()].map(({ origin, outbox, sinceMs, received }) => ({
      connector,
      peer: origin.peer,
      dialect: 'native',
      sinceMs,
      received,
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
    const goodbye: Parcel = { bytes: this.#encode({ type: 'goodbye', reason }), key: undefined };
    for (const { audience } of this.#subscriptions.groups) {
      audience.post(goodbye);
      audience.flush();
    }
  }

  #obey(peer: NativePeer, frame: ClientFrame): void {
    switch (frame.type) {
      case 'hello':
        this.#greet(peer, frame);
        return;
      case 'describe':
        this.#describe(peer, frame);
        return;
      case 'subscribe':
        this.#subscribe(peer, frame.patterns, frame.id);
        return;
      case 'get':
        this.#send(peer, { type: 'snapshot', readings: this.#readings(topicMatcher(frame.patterns)) }, frame.id);
        return;
      case 'command':
        this.#options.bus.submit(requestOf(frame, peer.origin));
        return;
      case 'ping':
        this.#send(peer, { type: 'pong', timeMs: this.#options.clock.now() }, frame.id);
        return;
      default:
        unreachable(frame);
    }
  }

  #greet(peer: NativePeer, { session, name, id }: HelloFrame): void {
    const { connector, peer: peerName } = peer.origin;
    peer.origin = {
      connector,
      peer: peerName,
      ...(session === undefined ? {} : { session }),
      ...(name === undefined ? {} : { name }),
    };
    const { station, bus } = this.#options;
    const managers = bus.managers.map((manager) => manager.name);
    const who = { station: station.name, version: station.version, epoch: this.#startedMs, peer: peerName, managers };
    this.#send(peer, { type: 'welcome', protocol: PROTOCOL_VERSION, ...who }, id);
  }

  #describe(peer: NativePeer, { manager: name, id }: DescribeFrame): void {
    const { bus } = this.#options;
    if (name === undefined) {
      this.#send(peer, { type: 'description', managers: bus.describe() }, id);
      return;
    }
    const manager = bus.manager(name);
    if (manager === undefined) this.refuse(peer, unknownManager(name, bus), id);
    else this.#send(peer, { type: 'description', managers: [manager.describe()] }, id);
  }

  /** One synchronous step: what was said before is in the snapshot, what is said afterwards follows it. */
  #subscribe(peer: NativePeer, patterns: readonly string[], id: FrameId | undefined): void {
    const { subscribeRefusal } = this.#options;
    if (subscribeRefusal !== undefined) {
      this.refuse(peer, subscribeRefusal, id);
      return;
    }
    this.#subscriptions.leave(peer.group, peer.outbox);
    peer.group = this.#subscriptions.join(patterns, peer.outbox);
    const { matches } = peer.group;
    const alarms = this.#options.bus.alarms().filter(({ topic }) => matches(topic));
    const held = alarms.length === 0 ? {} : { alarms };
    this.#send(peer, { type: 'snapshot', readings: this.#readings(matches), ...held }, id);
  }

  #readings(matches: (topic: string) => boolean): readonly Reading[] {
    return this.#options.bus.snapshot().filter(({ topic }) => matches(topic));
  }

  #onOutput(output: Output): void {
    if (this.#peers.size === 0) return;
    const groups = this.#subscriptions.matching(output.topic);
    const asker = this.#askerWithoutSubscription(output);
    if (groups.length === 0 && asker === undefined) return;
    // A throw here would come back as an uncaught exception and end the process for every peer.
    try {
      const parcel = { bytes: this.#encode(output), key: output.type === 'reading' ? output.topic : undefined };
      for (const { audience } of groups) audience.post(parcel);
      asker?.group.audience.postTo(asker.outbox, parcel);
    } catch (thrown) {
      const { topic, seq } = output;
      this.#options.log.error('output could not be encoded', { topic, seq, reason: toProblem(thrown).message });
    }
  }

  /** Who asked, if it is one of ours and will not hear the answer as a subscriber. */
  #askerWithoutSubscription(output: Output): NativePeer | undefined {
    if (output.type !== 'reply' && output.type !== 'failure') return undefined;
    const { connector, peer: name } = output.command.origin;
    const peer = connector === this.#options.connector ? this.#peers.get(name) : undefined;
    return peer === undefined || peer.group.matches(output.topic) ? undefined : peer;
  }

  #send(peer: NativePeer, frame: AnswerFrame, id: FrameId | undefined): void {
    const bytes = this.#encode(id === undefined ? frame : { ...frame, id });
    peer.group.audience.postTo(peer.outbox, { bytes, key: undefined });
  }

  #encode(frame: ServiceFrame | Output): Uint8Array {
    this.encoded += 1;
    const isAnswer = frame.type === 'reply' || frame.type === 'failure';
    return this.#options.encode(isAnswer ? this.#printAnswer(frame) : printFrame(frame));
  }
}

const requestOf = (frame: CommandFrame, origin: Origin): CommandRequest => ({
  manager: frame.manager,
  command: frame.command,
  arguments: frame.arguments ?? {},
  origin,
  ...(frame.channel === undefined ? {} : { channel: frame.channel }),
  ...(frame.id === undefined ? {} : { id: frame.id }),
  ...(frame.validUntilMs === undefined ? {} : { validUntilMs: frame.validUntilMs }),
});

const unknownManager = (name: string, { managers }: Bus): Problem =>
  problem(
    'UNKNOWN_MANAGER',
    `there is no manager "${name}" on this station; there are: ${managers.map((manager) => manager.name).join(', ')}`,
  );
