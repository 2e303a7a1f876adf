import type { JsonSchema } from './json-value.js';
import type { ChannelId } from './message.js';
import type { BusyPolicy, Limits } from './parameter.js';

/** `starting`: not connected yet; `offline`: was, or could not be, reached and is being tried again. */
export type ManagerState = 'starting' | 'online' | 'offline' | 'stopped';

export type ParameterDescription = {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly unit?: string;
  readonly scope: 'channel' | 'manager';
  readonly pollMs?: number;
  /** The command that writes it, with one argument `value`; absent: read only. */
  readonly writtenBy?: string;
};

export type CommandDescription = {
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly schema: JsonSchema;
  /** Unit of each argument that has one. */
  readonly units: { readonly [argument: string]: string };
  readonly busy: BusyPolicy;
  readonly busyScope: 'channel' | 'manager';
  readonly target: 'channel' | 'manager' | 'either';
  readonly isUrgent: boolean;
};

export type ChannelDescription = {
  readonly id: ChannelId;
  /** By `command.argument`: the limits that hold for this channel now. */
  readonly limits: { readonly [commandArgument: string]: Limits };
};

/** One manager as every protocol sees it; `version` grows whenever the rest changes. Plain JSON. */
export type Description = {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly version: number;
  readonly state: ManagerState;
  readonly channels: readonly ChannelDescription[];
  readonly parameters: { readonly [name: string]: ParameterDescription };
  readonly commands: { readonly [name: string]: CommandDescription };
};
