import type { JsonObject } from '../../core/json-value.js';
import type { LinkSettings } from '../../core/link.js';
import type { Limits } from '../../core/parameter.js';
import type { Identity } from '../scpi/scpi-device-shape.js';
import type { Output } from './psu.driver.js';

export type ChannelOptions = {
  readonly name?: string;
  readonly limits?: { readonly [quantity: string]: Limits };
  readonly rates?: { readonly voltage?: number; readonly current?: number };
};

export type VirtualOptions = {
  readonly outputs: readonly { readonly volts: number; readonly amperes: number }[];
  readonly loads: { readonly [output: string]: { readonly ohms?: number; readonly farads?: number } };
};

/** The options of the kind `psu`, as the config has them. */
export type PsuOptions = {
  readonly driver: string;
  readonly model?: string;
  readonly resource?: string;
  readonly link?: LinkSettings;
  readonly outputs?: readonly Output[];
  readonly channels: { readonly [output: string]: ChannelOptions };
  readonly pollMs: number;
  readonly statusPollMs: number;
  readonly settingsPollMs: number;
  readonly safe: 'off' | 'hold';
  readonly virtual?: Partial<VirtualOptions>;
  readonly ping?: string;
  readonly getChannels?: string;
  readonly idn?: Partial<Identity>;
};

export const psuDefaults = {
  driver: 'virtual',
  channels: {},
  pollMs: 1_000,
  statusPollMs: 1_000,
  settingsPollMs: 5_000,
  safe: 'off',
} as const satisfies Partial<PsuOptions>;

/** Like the E36313A: 6 V and 10 A, twice 25 V and 2 A; nothing hangs on them. */
export const virtualDefaults: VirtualOptions = {
  outputs: [
    { volts: 6, amperes: 10 },
    { volts: 25, amperes: 2 },
    { volts: 25, amperes: 2 },
  ],
  loads: {},
};

/** Options that have passed the schema, with their defaults. */
export const psuOptions = (checked: JsonObject): PsuOptions => {
  const given = checked as Partial<PsuOptions>;
  return { ...psuDefaults, ...given };
};
