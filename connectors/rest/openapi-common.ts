import { errorCodes } from '../../core/errors.js';
import type { JsonObject, JsonSchema } from '../../core/json-value.js';
import { PROBLEM_TYPE, statusOf } from '../transports/http-problem.js';
import { API_PREFIX } from './api-prefix.js';
import { failures, jsonContent, parameterRef, ref } from './openapi-parts.js';

const text: JsonSchema = { type: 'string' };
const milliseconds: JsonSchema = { type: 'number', minimum: 0 };

const path = (name: string, description: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
});

const query = (name: string, description: string, schema: JsonSchema): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

const header = (name: string, description: string): JsonObject => ({ name, in: 'header', description, schema: text });

const parameters: JsonObject = {
  manager: path('manager', 'Name of a manager'),
  channel: path('channel', 'Channel of the manager'),
  parameter: path('parameter', 'Parameter by its name'),
  command: path('command', 'Command by its name'),
  fresh: query('fresh', 'Ask the instrument first', { type: 'boolean', default: false }),
  topics: query('topics', 'Patterns, parted by commas: `hv/**`, `hv/*/voltage`; all when left out', text),
  timeoutMs: query('timeoutMs', 'Wait so long at most; what has not begun by then is not begun', milliseconds),
  validUntilMs: query('validUntilMs', 'Not wanted any more after this time, ms since 1970', milliseconds),
  ifMatch: header('If-Match', 'ETag of the reading that the new value was decided upon'),
  idempotencyKey: header('Idempotency-Key', 'A repeat with the same key is answered and not done again'),
  lastEventId: header('Last-Event-ID', 'Sent by browsers when they connect again'),
};

const readings: JsonSchema = {
  type: 'object',
  properties: { readings: { type: 'array', items: ref('Reading') } },
  required: ['readings'],
};

const schemas: JsonObject = {
  Reading: {
    type: 'object',
    properties: {
      manager: text,
      channel: { type: ['string', 'number'] },
      parameter: text,
      value: { description: 'null when it could not be read' },
      unit: text,
      quality: { enum: ['good', 'stale', 'bad'] },
      problem: { type: 'object', description: 'Why it is bad' },
      time: { type: 'string', format: 'date-time' },
      timeMs: milliseconds,
      ageMs: { ...milliseconds, description: 'By the clock of the station' },
      epoch: { type: 'number', description: 'Start of the manager' },
      seq: { type: 'number', description: 'Counts what the manager says in this epoch' },
    },
    required: ['manager', 'parameter', 'value', 'quality', 'timeMs', 'ageMs', 'epoch', 'seq'],
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457',
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What, value and limit, and what to do' },
      code: { enum: Object.keys(statusOf), description: descriptionOfCodes() },
      details: { type: 'object' },
    },
    required: ['type', 'title', 'status', 'detail', 'code'],
  },
};

function descriptionOfCodes(): string {
  return Object.entries(errorCodes)
    .map(([code, { meaning }]) => `${code}: ${meaning}`)
    .join('; ');
}

/** Components that do not depend on any manager. */
export const fixedSchemas = {
  schemas,
  parameters,
  responses: {
    Problem: { description: 'Refused, or failed', content: { [PROBLEM_TYPE]: { schema: ref('Problem') } } },
  },
} satisfies JsonObject;

const operation = (operationId: string, summary: string, schema: JsonSchema, names: readonly string[]): JsonObject => ({
  tags: ['all managers'],
  operationId,
  summary,
  ...(names.length === 0 ? {} : { parameters: names.map(parameterRef) }),
  responses: { 200: { description: 'The newest', ...jsonContent(schema) }, ...failures },
});

const anyObject: JsonSchema = { type: 'object' };
const MANAGER = `${API_PREFIX}/managers/{manager}`;
const CHANNEL = `${MANAGER}/channels/{channel}`;

/** What is the same for every manager. */
export const commonPaths: JsonObject = {
  [`${API_PREFIX}/managers`]: { get: operation('managers', 'What there is', anyObject, []) },
  [MANAGER]: {
    get: operation('manager', 'Parameters, commands, channels and limits of a manager', anyObject, ['manager']),
  },
  [`${MANAGER}/readings`]: {
    get: operation('readings', 'All readings of a manager', readings, ['manager', 'fresh']),
  },
  [`${CHANNEL}/readings`]: {
    get: operation('channelReadings', 'All readings of a channel', readings, ['manager', 'channel', 'fresh']),
  },
  [`${API_PREFIX}/snapshot`]: { get: operation('snapshot', 'Readings of all managers', readings, ['topics']) },
  [`${API_PREFIX}/events`]: {
    get: {
      tags: ['all managers'],
      operationId: 'events',
      summary: 'The snapshot, then everything that is said, as server-sent events',
      parameters: [parameterRef('topics'), parameterRef('lastEventId')],
      responses: {
        200: { description: 'A stream without end', content: { 'text/event-stream': { schema: text } } },
        ...failures,
      },
    },
  },
};
