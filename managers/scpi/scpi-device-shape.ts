import type { Device } from '../../core/device.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import type { Call, Limits } from '../../core/parameter.js';

/** What the answer to `*IDN?` says. */
export type Identity = {
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly revision: string;
};

/** An instrument spoken to by a driver file. Values are ours: units, words and types as the file declares them. All methods
 *  reject with TIMEOUT, DISCONNECTED, or DEVICE_FAULT for what the instrument itself reports or cannot be understood. */
export type ScpiDevice = Device & {
  /** Undefined until opened. */
  readonly identity: Identity | undefined;
  /** Of the model that answered; before, of the model that was named or the only one there is. */
  readonly channels: readonly ChannelId[];
  /** Whether the channel of this model has the parameter; channel undefined: whether any has it. */
  readonly has: (parameter: string, channel: ChannelId | undefined) => boolean;
  readonly read: (parameter: string, channel: ChannelId | undefined, call: Call) => Promise<Json>;
  /** Says it, then reads the error queue: DEVICE_FAULT carries the instrument's own words. */
  readonly write: (parameter: string, channel: ChannelId | undefined, value: Json, call: Call) => Promise<void>;
  readonly run: (command: string, channel: ChannelId | undefined, values: JsonObject, call: Call) => Promise<Json>;
  /** Asked from the instrument after connecting where the file says so; undefined: none known. */
  readonly limits: (parameter: string, channel: ChannelId | undefined) => Limits | undefined;
};
