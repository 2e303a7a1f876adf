import type { Description } from '../description.js';
import type { Problem } from '../errors.js';
import type { Json, JsonObject } from '../json-value.js';
import type { ChannelId, Output, Reading } from '../message.js';

/** The native protocol: one JSON object a frame, over WebSocket (`/busbar/ws`) and ZeroMQ ROUTER alike.
 *  Every request may carry an `id`, which its answer repeats. docs/protocols/native.md is written from these types. */

export const NATIVE_PATH = '/busbar/ws';
export const PROTOCOL_VERSION = 1;

type WithId = { readonly id?: string | number };

export type ClientFrame =
  /** Optional; names a session that outlives the connection (an `id` runs once per session) and asks who is there. */
  | (WithId & { readonly type: 'hello'; readonly session?: string; readonly name?: string })
  | (WithId & { readonly type: 'describe'; readonly manager?: string })
  /** Replaces the subscription. Answered by a `snapshot` of the matching readings; what follows is newer than it, without a gap.
   *  Patterns over topics: `hv/1/voltage`, `hv/*\/voltage`, `hv/**`; replies, failures, alarms, events: `hv/$event` and so on.
   *  A peer always gets the answers to its own commands. */
  | (WithId & { readonly type: 'subscribe'; readonly patterns: readonly string[] })
  /** The newest readings that match, from the snapshot: no instrument traffic. */
  | (WithId & { readonly type: 'get'; readonly patterns: readonly string[] })
  | (WithId & {
      readonly type: 'command';
      readonly manager: string;
      readonly channel?: ChannelId;
      readonly command: string;
      readonly arguments?: JsonObject;
      readonly validUntilMs?: number;
    })
  | (WithId & { readonly type: 'ping' });

export type StationFrame =
  | (WithId & {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly station: string;
      readonly version: string;
      readonly peer: string;
      readonly managers: readonly string[];
    })
  | (WithId & { readonly type: 'description'; readonly managers: readonly Description[] })
  | (WithId & { readonly type: 'snapshot'; readonly readings: readonly Reading[] })
  | (WithId & { readonly type: 'pong'; readonly timeMs: number })
  /** What was no frame of this protocol, answered to its sender alone. */
  | (WithId & { readonly type: 'error'; readonly problem: Problem })
  /** The peer was behind: this many readings were replaced by newer ones before they could be sent. */
  | { readonly type: 'gap'; readonly conflated: number; readonly total: number }
  /** The station is stopping; reconnect later. */
  | { readonly type: 'goodbye'; readonly reason: string }
  /** Replies and failures repeat the client's id inside `command.id`. */
  | Output;

/** A frame's value as JSON. */
export type NativeFrame = Json;
