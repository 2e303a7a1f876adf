import { defineManager } from '../../core/define-manager.js';
import type { JsonSchema } from '../../core/json-value.js';
import { roundTripBoundsMs } from '../../core/link.js';
import { declare } from '../../core/parameter.js';
import { logLevels } from '../log/log-entry.js';
import type { Health, StationDriver } from './station.driver.js';

const { numeric, structure, command, argument, textArgument } = declare<StationDriver>();

const SAMPLE_MS = 1_000;
const RELOAD_TIMEOUT_MS = 30_000;
const MAKE_SAFE_TIMEOUT_MS = 35_000;
const ANSWER_TIMEOUT_MS = 1_000;
const MAX_POINTS = 20_000;
const MAX_ENTRIES = 1_000;

const health = (name: keyof Health, unit: string, description: string) =>
  numeric({
    description,
    unit,
    scope: 'manager',
    pollMs: SAMPLE_MS,
    read: (station) => Promise.resolve(station.health()[name]),
  });

const count: JsonSchema = { type: 'integer', minimum: 0 };

/** The station itself, so that console, command line and REST need nothing special for it. */
export const stationManager = defineManager<StationDriver>({
  kind: 'station',
  description: 'The station itself: its health, its connections, its config',
  parameters: {
    eventLoopLagMs: health('eventLoopLagMs', 'ms', 'How late the event loop was, 99th percentile of the last second'),
    memoryRssBytes: health('memoryRssBytes', 'B', 'Memory of the process'),
    heapUsedBytes: health('heapUsedBytes', 'B', 'Memory in JavaScript objects'),
    uptimeS: health('uptimeS', 's', 'Time since the start'),
    unhandledRejections: health(
      'unhandledRejections',
      '1',
      'Promises rejected with nobody listening; each is a defect',
    ),
    connections: structure({
      description: 'Clients: how many, and the traffic of the first 200',
      scope: 'manager',
      pollMs: SAMPLE_MS,
      schema: {
        type: 'object',
        properties: { count, peers: { type: 'array', items: { type: 'object' } } },
        required: ['count', 'peers'],
      },
      read: (station) => Promise.resolve(station.connections()),
    }),
    managers: structure({
      description: 'Managers with their kind and state',
      scope: 'manager',
      pollMs: SAMPLE_MS,
      schema: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, kind: { type: 'string' }, state: { type: 'string' } },
        },
      },
      read: (station) => Promise.resolve(station.managers()),
    }),
    links: structure({
      description: 'Roads to instruments: what waits on each bus and for how long, time-outs, round trips',
      scope: 'manager',
      pollMs: SAMPLE_MS,
      schema: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            resource: { type: 'string' },
            managers: { description: 'Who uses it', type: 'array', items: { type: 'string' } },
            bus: { description: 'What it shares with others; else itself', type: 'string' },
            isOpen: { type: 'boolean' },
            waiting: { ...count, description: 'Requests that wait on the bus' },
            oldestMs: { ...count, description: 'For how long the oldest of them has waited' },
            refused: { ...count, description: 'Requests refused because too many were waiting on the bus' },
            requests: count,
            timeouts: count,
            staleAnswers: { ...count, description: 'Answers that came too late, and went to nobody' },
            reopened: count,
            sentBytes: count,
            receivedBytes: count,
            roundTrips: {
              description: `Answers by time: up to ${roundTripBoundsMs.join(', ')} ms; of all, their number and sum`,
              type: 'object',
            },
            lastProblem: { type: 'string' },
          },
          required: ['resource', 'bus', 'isOpen', 'waiting', 'oldestMs'],
        },
      },
      read: (station) => Promise.resolve(station.links()),
    }),
  },
  commands: {
    reload: command({
      description:
        'Reads the config again and restarts what has changed; with an error in it everything stays as it is',
      arguments: {},
      busy: 'reject',
      target: 'manager',
      timeoutMs: RELOAD_TIMEOUT_MS,
      run: (station, _channel, _values, call) => station.reload(call),
    }),
    stopAll: command({
      description: 'Brings every manager to its safe state; the reply has what became of each',
      arguments: {},
      busy: 'concurrent',
      target: 'manager',
      isUrgent: true,
      timeoutMs: MAKE_SAFE_TIMEOUT_MS,
      run: (station, _channel, _values, call) => station.makeAllSafe(call),
    }),
    history: command({
      description: 'What was read lately of one parameter: points of time (epoch ms) and value, null for a gap',
      arguments: {
        topic: textArgument('manager/channel/parameter, or manager/parameter'),
        sinceMs: argument('Begin here, epoch ms', { type: 'number' }, { isOptional: true }),
        maxPoints: argument(
          'Points at most; of more, lowest and highest of equal times are taken',
          { type: 'integer', minimum: 10, maximum: MAX_POINTS },
          { isOptional: true },
        ),
      },
      busy: 'concurrent',
      target: 'manager',
      timeoutMs: ANSWER_TIMEOUT_MS,
      run: async (station, _channel, { topic, sinceMs, maxPoints }) =>
        Promise.resolve(
          station.history({
            topic,
            ...(typeof sinceMs === 'number' ? { sinceMs } : {}),
            ...(typeof maxPoints === 'number' ? { maxPoints } : {}),
          }),
        ),
    }),
    log: command({
      description: 'The newest lines of the log, oldest first; ask again after the last index',
      arguments: {
        afterIndex: argument('Only lines after this one', count, { isOptional: true }),
        level: argument('This severe or more; info unless given', { enum: logLevels }, { isOptional: true }),
        limit: argument(
          'Lines at most; 100 unless given',
          { type: 'integer', minimum: 1, maximum: MAX_ENTRIES },
          { isOptional: true },
        ),
      },
      busy: 'concurrent',
      target: 'manager',
      timeoutMs: ANSWER_TIMEOUT_MS,
      run: (station, _channel, { afterIndex, level, limit }) =>
        Promise.resolve(
          station.log({
            ...(typeof afterIndex === 'number' ? { afterIndex } : {}),
            ...(typeof limit === 'number' ? { limit } : {}),
            level: logLevels.find((known) => known === level) ?? 'info',
          }),
        ),
    }),
    info: command({
      description: 'Name, version, config, state directory and process of the station',
      arguments: {},
      busy: 'concurrent',
      target: 'manager',
      timeoutMs: ANSWER_TIMEOUT_MS,
      run: (station) => Promise.resolve(station.info()),
    }),
  },
  // The station drives nothing itself; `stopAll` is what makes its managers safe.
  makeSafe: () => Promise.resolve(),
});
