import type { Family, Labels, Sample } from './family.js';
import type { PsuChannel, PsuView } from './psu-channels.js';

const HELP = 'channel_data';
/** What json_exporter prints for a null. */
const NIL = '<nil>';

const required = ['current', 'voltage', 'enabled'] as const;

const fields: readonly (readonly [name: string, parameter: string])[] = [
  ['channel_data_current', 'current'],
  ['channel_data_current_limit', 'currentLimit'],
  ['channel_data_voltage', 'voltage'],
  ['channel_data_voltage_limit', 'voltageSetpoint'],
  ['channel_data_state', 'enabled'],
];

/** The five families that json_exporter made of PSUDaemon's answers, with its labels: the boards that were drawn for them go
 *  on, without the exporter (psu-rest spec, section 9). */
export const channelDataFamilies = (psus: readonly PsuView[]): readonly Family[] =>
  fields.map(([name, parameter]) => ({
    name,
    help: HELP,
    type: 'untyped',
    samples: psus.flatMap((psu) => psu.channels.flatMap((channel) => sampleOf(psu, channel, parameter))),
  }));

const sampleOf = (psu: PsuView, channel: PsuChannel, parameter: string): readonly Sample[] => {
  if (required.some((name) => channel.number(name) === undefined)) return [];
  return [{ labels: labelsOf(psu, channel), value: channel.number(parameter) ?? Number.NaN }];
};

const labelsOf = ({ psu, identity }: PsuView, { id, name }: PsuChannel): Labels => ({
  index: String(id),
  model: identity.model ?? NIL,
  name,
  psu,
  serial: identity.serial ?? NIL,
});
