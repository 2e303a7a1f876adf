import { flagSample, type Family, type Labels } from './family.js';
import { roundTripSamples } from './histogram.js';
import { figure, type UsedLink } from './used-link.js';

type Row = readonly [name: string, field: string, help: string];

const gauges: readonly Row[] = [['busbar_link_waiting', 'waiting', 'Requests that wait on the bus of a link']];

const counters: readonly Row[] = [
  ['busbar_link_requests_total', 'requests', 'Requests to the instrument'],
  ['busbar_link_timeouts_total', 'timeouts', 'Requests without an answer in time'],
  ['busbar_link_refused_total', 'refused', 'Requests refused because too many were waiting on the bus'],
  ['busbar_link_stale_answers_total', 'staleAnswers', 'Answers that came too late, and went to nobody'],
  ['busbar_link_reopened_total', 'reopened', 'How often a link was opened again'],
  ['busbar_link_sent_bytes_total', 'sentBytes', 'Bytes to the instrument'],
  ['busbar_link_received_bytes_total', 'receivedBytes', 'Bytes from the instrument'],
];

/** How the roads to instruments are doing. */
export const linkFamilies = (links: readonly UsedLink[]): readonly Family[] => {
  const rows = (type: 'gauge' | 'counter', table: readonly Row[]): readonly Family[] =>
    table.map(([name, field, help]) => ({
      name,
      help,
      type,
      samples: links.map((link) => ({ labels: labelsOf(link), value: figure(link.figures[field]) })),
    }));
  return [
    {
      name: 'busbar_link_open',
      help: 'Whether the link to an instrument is open',
      type: 'gauge',
      samples: links.map((link) => flagSample({ ...labelsOf(link), bus: link.bus }, link.isOpen)),
    },
    ...rows('gauge', gauges),
    {
      name: 'busbar_link_oldest_waiting_seconds',
      help: 'For how long the oldest request has waited on the bus of a link',
      type: 'gauge',
      samples: links.map((link) => ({ labels: labelsOf(link), value: figure(link.figures['oldestMs']) / 1_000 })),
    },
    ...rows('counter', counters),
    {
      name: 'busbar_link_roundtrip_seconds',
      help: 'From a request to its answer',
      type: 'histogram',
      samples: links.flatMap((link) => roundTripSamples(labelsOf(link), link)),
    },
  ];
};

const labelsOf = ({ resource, managers }: UsedLink): Labels => ({ resource, manager: managers.join(',') });
