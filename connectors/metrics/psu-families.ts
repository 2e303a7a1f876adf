import { flagSample, type Family, type Labels, type Sample } from './family.js';
import { roundTripSamples } from './histogram.js';
import type { PsuChannel, PsuView } from './psu-channels.js';
import type { Tally } from './tally.js';
import { figure, type UsedLink } from './used-link.js';

const channelGauges: readonly (readonly [name: string, parameter: string, help: string])[] = [
  ['psu_channel_voltage_volts', 'voltage', 'Voltage at the output'],
  ['psu_channel_current_amperes', 'current', 'Current through the output'],
  ['psu_channel_power_watts', 'power', 'Power at the output'],
  ['psu_channel_voltage_setpoint_volts', 'voltageSetpoint', 'Programmed voltage'],
  ['psu_channel_current_limit_amperes', 'currentLimit', 'Programmed current limit'],
  ['psu_channel_output_enabled', 'enabled', 'Output relay'],
];

const modes = ['cv', 'cc', 'off', 'fault'] as const;

const trips: readonly (readonly [kind: string, parameter: string])[] = [
  ['ovp', 'overVoltageTripped'],
  ['ocp', 'overCurrentTripped'],
  ['otp', 'overTemperature'],
];

/** Bench supplies by names that a supply's user expects (psu-rest spec, section 9). */
export const psuFamilies = (psus: readonly PsuView[], tally: Tally, links: readonly UsedLink[]): readonly Family[] => {
  const each = (samples: (channel: PsuChannel, labels: Labels) => readonly Sample[]): readonly Sample[] =>
    psus.flatMap(({ psu, channels }) =>
      channels.flatMap((channel) => samples(channel, { psu, channel: String(channel.id), name: channel.name })),
    );
  return [
    ...channelGauges.map(([name, parameter, help]): Family => ({
      name,
      help,
      type: 'gauge',
      samples: each((channel, labels) => {
        const value = channel.number(parameter);
        return value === undefined ? [] : [{ labels, value }];
      }),
    })),
    {
      name: 'psu_channel_mode',
      help: 'What regulates the output: 1 for the word that holds',
      type: 'gauge',
      samples: each((channel, labels) => {
        const now = channel.text('mode');
        if (now === undefined) return [];
        const words = new Set<string>([...modes, now]);
        return [...words].map((mode) => flagSample({ ...labels, mode }, mode === now));
      }),
    },
    {
      name: 'psu_channel_protection_tripped',
      help: 'Whether a protection has switched the output off',
      type: 'gauge',
      samples: each((channel, labels) =>
        trips.flatMap(([kind, parameter]) => {
          const value = channel.number(parameter);
          return value === undefined ? [] : [{ labels: { ...labels, kind }, value }];
        }),
      ),
    },
    ...unitFamilies(psus),
    ...trafficFamilies(psus, tally, links),
  ];
};

const unitFamilies = (psus: readonly PsuView[]): readonly Family[] => [
  {
    name: 'psu_online',
    help: 'Whether the supply answers',
    type: 'gauge',
    samples: psus.map(({ psu, view }) => flagSample({ psu }, view.isOnline)),
  },
  {
    name: 'psu_info',
    help: 'What the supply says it is',
    type: 'gauge',
    samples: psus.flatMap(({ psu, identity: { manufacturer, model, serial, revision } }) =>
      model === undefined
        ? []
        : [
            {
              labels: { psu, manufacturer: manufacturer ?? '', model, serial: serial ?? '', revision: revision ?? '' },
              value: 1,
            },
          ],
    ),
  },
  {
    name: 'psu_last_readback_timestamp_seconds',
    help: 'When the supply last said something',
    type: 'gauge',
    samples: psus.flatMap(({ psu, view: { readings } }) => {
      const times = readings.filter(({ quality }) => quality !== 'bad').map(({ timeMs }) => timeMs);
      return times.length === 0 ? [] : [{ labels: { psu }, value: Math.max(...times) / 1_000 }];
    }),
  },
];

const OK = 'ok';

const trafficFamilies = (psus: readonly PsuView[], tally: Tally, links: readonly UsedLink[]): readonly Family[] => {
  const ofLinks = (samples: (labels: Labels, link: UsedLink) => readonly Sample[]): readonly Sample[] =>
    psus.flatMap(({ psu, view }) => {
      const link = links.find(({ managers }) => managers.includes(view.manager.name));
      return link === undefined ? [] : samples({ psu }, link);
    });
  return [
    {
      name: 'psu_scpi_commands_total',
      help: 'Requests to the supply, and what became of them',
      type: 'counter',
      samples: ofLinks((labels, { figures }) => {
        const timeouts = figure(figures['timeouts']);
        return [
          { labels: { ...labels, result: OK }, value: Math.max(0, figure(figures['requests']) - timeouts) },
          { labels: { ...labels, result: 'timeout' }, value: timeouts },
        ];
      }),
    },
    {
      name: 'psu_scpi_errors_total',
      help: 'Errors that the supply reported in answer to commands, by its own numbers',
      type: 'counter',
      samples: psus.flatMap(({ psu, view }) =>
        [...tally.of(view.manager.name).instrumentErrors].map(([code, value]) => ({ labels: { psu, code }, value })),
      ),
    },
    {
      name: 'psu_reconnects_total',
      help: 'How often the supply came back',
      type: 'counter',
      samples: psus.map(({ psu, view }) => ({
        labels: { psu },
        value: Math.max(0, tally.of(view.manager.name).onlines - 1),
      })),
    },
    {
      name: 'psu_scpi_roundtrip_seconds',
      help: 'From a request to its answer',
      type: 'histogram',
      samples: ofLinks(roundTripSamples),
    },
  ];
};
