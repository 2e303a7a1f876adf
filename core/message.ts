import type { Problem } from './errors.js';
import type { Json, JsonObject } from './json-value.js';

/** One output or input of a manager; `1` and `"1"` name the same channel. */
export type ChannelId = string | number;

/** Who asked: read by guards and the audit, never by a driver. */
export type Origin = {
  readonly connector: string;
  /** One connection: unique within its connector for the life of the station. */
  readonly peer: string;
  /** What outlives a connection when the client names one; an `id` runs once per session. Default: the peer. */
  readonly session?: string;
  readonly name?: string;
  readonly role?: string;
};

/** What a client wants done, as a connector hands it to the bus. */
export type CommandRequest = {
  readonly manager: string;
  readonly command: string;
  readonly channel?: ChannelId;
  readonly arguments: JsonObject;
  readonly origin: Origin;
  /** The client's own id: a repeat joins the running command or gets the stored reply. */
  readonly id?: string | number;
  /** Wall time (epoch ms) after which the client no longer wants it done. */
  readonly validUntilMs?: number;
};

/** A request that has entered the gate; `reference` is unique on the station and named in its reply or failure. */
export type Command = CommandRequest & { readonly type: 'command'; readonly reference: number };

/** `stale`: true once, now too old to trust; `bad`: could not be read, the value is null and `problem` says why. */
export type Quality = 'good' | 'stale' | 'bad';

export type ReplyBody = { readonly type: 'reply'; readonly command: Command; readonly value: Json };
export type FailureBody = { readonly type: 'failure'; readonly command: Command; readonly problem: Problem };
export type ReadingBody = {
  readonly type: 'reading';
  readonly channel?: ChannelId;
  readonly parameter: string;
  readonly value: Json;
  readonly unit?: string;
  readonly quality: Quality;
  readonly problem?: Problem;
  /** Taken once, at the device edge. */
  readonly timeMs: number;
};
export type AlarmBody = {
  readonly type: 'alarm';
  readonly alarm: string;
  readonly channel?: ChannelId;
  readonly isActive: boolean;
  readonly severity: 'warning' | 'alarm';
  readonly message: string;
};
/** An edge: busy, idle, online, offline, restarted, tripped ... */
export type EventBody = {
  readonly type: 'event';
  readonly event: string;
  readonly channel?: ChannelId;
  readonly details: JsonObject;
};
export type OutputBody = (ReplyBody | FailureBody | ReadingBody | AlarmBody | EventBody) & {
  /** Binary payload: an image, a counting point. An immutable private copy, never a view into a ring. */
  readonly data?: Uint8Array;
};

/** Where an output stands: `previous` is the seq before it on the same topic, so gaps are exact for any subscription. */
export type Stamp = {
  readonly manager: string;
  /** `manager/channel/parameter` for a reading, `manager/$reply` and so on for the rest. */
  readonly topic: string;
  /** The start of its manager, epoch ms; grows with each start. */
  readonly epoch: number;
  /** Counts from 1 in each epoch, over all outputs of the manager. */
  readonly seq: number;
  /** 0: the first of its topic in this epoch. */
  readonly previous: number;
  readonly timeMs: number;
};

export type Stamped<Body> = Body & Stamp;
export type Output = Stamped<OutputBody>;
export type Reply = Stamped<ReplyBody>;
export type Failure = Stamped<FailureBody>;
export type Reading = Stamped<ReadingBody>;
export type Alarm = Stamped<AlarmBody>;
export type Event = Stamped<EventBody>;

export const readingTopic = (manager: string, channel: ChannelId | undefined, parameter: string): string =>
  channel === undefined ? `${manager}/${parameter}` : `${manager}/${channel}/${parameter}`;

/** `$` keeps the names of messages apart from those of parameters. */
export const topicOf = (manager: string, body: OutputBody): string =>
  body.type === 'reading' ? readingTopic(manager, body.channel, body.parameter) : `${manager}/$${body.type}`;
