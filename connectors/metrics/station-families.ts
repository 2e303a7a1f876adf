import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import { flagSample, type Family, type Labels } from './family.js';
import { figure, listOf } from './used-link.js';

/** How the process and its clients are doing, from the station's own readings. */
export const stationFamilies = (read: (parameter: string) => Json | undefined): readonly Family[] => {
  const one = (name: string, type: 'gauge' | 'counter', help: string, parameter: string, scale = 1): Family => {
    const value = read(parameter);
    return { name, help, type, samples: typeof value === 'number' ? [{ labels: {}, value: value * scale }] : [] };
  };
  return [
    one(
      'busbar_event_loop_lag_p99_seconds',
      'gauge',
      'How late the event loop was, 99th percentile of the last second',
      'eventLoopLagMs',
      1e-3,
    ),
    one('busbar_uptime_seconds', 'gauge', 'Time since the station was started', 'uptimeS'),
    one(
      'busbar_unhandled_rejections_total',
      'counter',
      'Promises rejected with nobody listening; each is a defect',
      'unhandledRejections',
    ),
    ...clientFamilies(read('connections')),
  ];
};

/** The station shows the first 200 of its clients. */
const clientFamilies = (connections: Json | undefined): readonly Family[] => {
  const { count, peers } = isJsonObject(connections) ? connections : {};
  const clients = listOf(peers).filter(isJsonObject);
  const each = (name: string, type: 'gauge' | 'counter', help: string, field: string): Family => ({
    name,
    help,
    type,
    samples: clients.map((client) => ({ labels: labelsOf(client), value: figure(client[field]) })),
  });
  return [
    {
      name: 'busbar_clients',
      help: 'Clients that are connected',
      type: 'gauge',
      samples: typeof count === 'number' ? [{ labels: {}, value: count }] : [],
    },
    each('busbar_client_received_total', 'counter', 'Messages from a client', 'received'),
    each('busbar_client_sent_total', 'counter', 'Messages to a client', 'sent'),
    each(
      'busbar_client_conflated_total',
      'counter',
      'Readings that a client did not get because it was behind: a newer one took their place',
      'conflated',
    ),
    each('busbar_client_waiting_bytes', 'gauge', 'What waits for a client', 'waitingBytes'),
    {
      name: 'busbar_client_behind',
      help: 'Whether a client takes less than it is sent',
      type: 'gauge',
      samples: clients.map((client) => flagSample(labelsOf(client), client['isBehind'] === true)),
    },
  ];
};

const labelsOf = ({ connector, peer, dialect }: JsonObject): Labels => ({
  connector: textOf(connector),
  peer: textOf(peer),
  dialect: textOf(dialect),
});

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
