import type { Description } from '../description.js';
import type { Problem } from '../errors.js';
import type { Json, JsonObject } from '../json-value.js';
import type { Alarm, ChannelId, Output, Reading } from '../message.js';

/** The native protocol: one JSON object a frame, over WebSocket (`/busbar/ws`) and ZeroMQ ROUTER alike.
 *  Every request may carry an `id`, which its answer repeats. docs/protocols/native.md is written from these types. */

export const NATIVE_PATH = '/busbar/ws';
export const PROTOCOL_VERSION = 1;

/** A subscription has at most this many patterns; schemas/native/client-frame.schema.json says the same. */
export const MAX_PATTERNS = 64;
export const MAX_PATTERN_LENGTH = 256;
/** Characters of one frame of a client; longer ones are refused before they are parsed. */
export const MAX_FRAME_LENGTH = 2 ** 20;
/** Arrays and objects of a client's frame nest no deeper. */
export const MAX_FRAME_DEPTH = 64;
/** Both sides: a ping this often, and who has been silent this long is gone. */
export const PING_INTERVAL_MS = 15_000;
export const SILENCE_LIMIT_MS = 45_000;

export type FrameId = string | number;
type WithId = { readonly id?: FrameId };

/** Optional; names a session that outlives the connection (a command `id` runs once per session) and asks who is there. */
export type HelloFrame = WithId & { readonly type: 'hello'; readonly session?: string; readonly name?: string };
export type DescribeFrame = WithId & { readonly type: 'describe'; readonly manager?: string };
/** Replaces the subscription. Answered by a `snapshot` of the matching readings; what follows is newer than it, without a gap.
 *  Patterns over topics: `hv/1/voltage`, `hv/*\/voltage`, `hv/**`; replies, failures, alarms, events: `hv/$event` and so on.
 *  A peer always gets the answers to its own commands. */
export type SubscribeFrame = WithId & { readonly type: 'subscribe'; readonly patterns: readonly string[] };
/** The newest readings that match, from the snapshot: no instrument traffic. */
export type GetFrame = WithId & { readonly type: 'get'; readonly patterns: readonly string[] };
export type CommandFrame = WithId & {
  readonly type: 'command';
  readonly manager: string;
  readonly channel?: ChannelId;
  readonly command: string;
  readonly arguments?: JsonObject;
  readonly validUntilMs?: number;
};
export type PingFrame = WithId & { readonly type: 'ping' };

export type ClientFrame = HelloFrame | DescribeFrame | SubscribeFrame | GetFrame | CommandFrame | PingFrame;

export type WelcomeFrame = WithId & {
  readonly type: 'welcome';
  readonly protocol: number;
  readonly station: string;
  readonly version: string;
  /** The start of this station, epoch ms: under another epoch it knows nothing of earlier commands. */
  readonly epoch: number;
  /** The name of this connection, as in `origin.peer` of its commands. */
  readonly peer: string;
  readonly managers: readonly string[];
};
export type DescriptionFrame = WithId & { readonly type: 'description'; readonly managers: readonly Description[] };
export type SnapshotFrame = WithId & {
  readonly type: 'snapshot';
  readonly readings: readonly Reading[];
  /** To a subscription: those on its topics that hold now; absent: none. */
  readonly alarms?: readonly Alarm[];
};
export type PongFrame = WithId & { readonly type: 'pong'; readonly timeMs: number };
/** What was no frame of this protocol, answered to its sender alone. */
export type ErrorFrame = WithId & { readonly type: 'error'; readonly problem: Problem };
/** The peer was behind: this many readings were replaced by newer ones before they could be sent; `total` since it connected. */
export type GapFrame = { readonly type: 'gap'; readonly conflated: number; readonly total: number };
/** The station is stopping; reconnect later. */
export type GoodbyeFrame = { readonly type: 'goodbye'; readonly reason: string };

/** What answers a request, besides replies and failures. */
export type AnswerFrame = WelcomeFrame | DescriptionFrame | SnapshotFrame | PongFrame | ErrorFrame;

/** What the station says besides outputs. */
export type ServiceFrame = AnswerFrame | GapFrame | GoodbyeFrame;

/** An output as JSON: binary `data` stays behind and `dataBytes` says how much it is. */
export type OutputFrame = Output & { readonly dataBytes?: number };

/** Replies and failures repeat the client's id inside `command.id`. */
export type StationFrame = ServiceFrame | OutputFrame;

/** A frame's value as JSON. */
export type NativeFrame = Json;
