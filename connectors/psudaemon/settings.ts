import { notShowable, type ChannelFacts } from '../dialects/psudaemon-models.js';
import { pythonFloat } from '../dialects/python-float.js';
import type { Json } from '../../core/json-value.js';
import type { PsudaemonOptions } from './options.js';
import type { UnitView } from './units.js';

/** What PSUDaemon keeps of one channel. What cannot be read now is null: what the file has is then kept. */
export type ChannelData = {
  readonly name: string | null;
  readonly current_limit: number | null;
  readonly voltage_limit: number | null;
};

export type UnitSettings = {
  readonly name: string;
  readonly model: string;
  readonly uri: string | null;
  readonly pyvisa_args: { readonly [name: string]: Json };
  readonly channel_data: { readonly [index: string]: ChannelData };
};

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

const channelData = (channel: ChannelFacts): ChannelData => {
  const name = channel.readings.get('name')?.value;
  const isKnown = notShowable(channel) === undefined;
  return {
    name: typeof name === 'string' ? name : null,
    current_limit: isKnown ? number(channel.readings.get('currentLimit')?.value) : null,
    voltage_limit: isKnown ? number(channel.readings.get('voltageSetpoint')?.value) : null,
  };
};

/** The effective configuration of one unit, as `/settings` shows it (psu-rest spec, 1.6). */
export const unitSettings = ({ name, model, uri, options, channels }: UnitView): UnitSettings => ({
  name,
  model,
  uri,
  pyvisa_args: options.pyvisaArgs ?? {},
  channel_data: Object.fromEntries(channels.map((channel) => [String(channel.index), channelData(channel)])),
});

/** Body of `/settings`: channel keys are text, limits are floats. */
export const printSettings = ({ settings }: PsudaemonOptions, units: readonly UnitSettings[]): string =>
  `{"settings":${JSON.stringify(settings)},"units":[${units.map(printUnitSettings).join(',')}]}`;

const printUnitSettings = ({ name, model, uri, pyvisa_args, channel_data }: UnitSettings): string => {
  const channels = Object.entries(channel_data).map(([index, data]) => `"${index}":${printChannelData(index, data)}`);
  const head = JSON.stringify({ name, model, uri, pyvisa_args });
  return `${head.slice(0, -1)},"channel_data":{${channels.join(',')}}}`;
};

const printChannelData = (index: string, { name, current_limit, voltage_limit }: ChannelData): string => {
  const limit = (value: number | null): string => (value === null ? 'null' : pythonFloat(value));
  return `{"name":${JSON.stringify(name ?? `CH${index}`)},"current_limit":${limit(current_limit)},"voltage_limit":${limit(voltage_limit)}}`;
};
