import type { Device } from '../../core/device.js';
import type { ValueType } from '../../core/driver-file/driver-file.js';
import type { Json, JsonObject } from '../../core/json-value.js';
import type { ChannelId } from '../../core/message.js';
import type { Call, Limits } from '../../core/parameter.js';
import type { Identity } from '../scpi/scpi-device-shape.js';

/** One output of a supply: a number from 1, or a name where the driver file gives one. */
export type Output = ChannelId;

/** One value of a supply: a word of the psu vocabulary (core/driver-file/vocabulary.ts), or one more that its model has. */
export type Quantity = {
  readonly name: string;
  readonly description: string;
  readonly type: ValueType;
  readonly unit: string | undefined;
  /** Of a choice. */
  readonly choices: readonly string[];
  /** `manager`: one for the whole supply. */
  readonly scope: 'channel' | 'manager';
  /** False: the supply cannot be asked; the newest that it was told counts. */
  readonly isAsked: boolean;
  readonly isWritable: boolean;
};

export type PsuArgument = Pick<Quantity, 'name' | 'description' | 'type' | 'unit' | 'choices'> & {
  /** The quantity that becomes what the argument says; undefined: that of its name, if there is one. */
  readonly sets?: string | undefined;
};

/** What a model can be told to do besides being set: `clearProtection` and its own. */
export type PsuAction = {
  readonly name: string;
  readonly description: string;
  readonly scope: 'channel' | 'manager';
  readonly arguments: readonly PsuArgument[];
};

/** What a supply is by its driver, before anybody has connected to it. */
export type PsuModel = {
  readonly description: string;
  readonly quantities: readonly Quantity[];
  readonly actions: readonly PsuAction[];
  /** Empty: the instrument has to say. */
  readonly outputs: readonly Output[];
  /** As far as they are known without the instrument. */
  readonly limits: (quantity: string, output: Output | undefined) => Limits | undefined;
};

/** A supply in units: V, A, W, s, and words of its model. Closing it leaves its outputs as they are, by intent. `output` is
 *  undefined for what the whole supply has. All methods reject with TIMEOUT, DISCONNECTED, or DEVICE_FAULT for what the
 *  supply itself refuses. */
export type PsuDriver = Device & {
  /** Undefined until opened. */
  readonly identity: Identity | undefined;
  /** After `open`: of the supply that has answered. */
  readonly outputs: readonly Output[];
  readonly has: (name: string, output: Output | undefined) => boolean;
  /** Of the supply that has answered, as it says itself; undefined: none known. */
  readonly limits: (quantity: string, output: Output | undefined) => Limits | undefined;
  /** Measurements are made now; a measurement can take as long as the supply integrates, 100 ms or more. */
  readonly read: (quantity: string, output: Output | undefined, call: Call) => Promise<Json>;
  /** Resolves when the supply has taken it, not when the output has got there. */
  readonly write: (quantity: string, output: Output | undefined, value: Json, call: Call) => Promise<void>;
  readonly run: (action: string, output: Output | undefined, values: JsonObject, call: Call) => Promise<Json>;
};
