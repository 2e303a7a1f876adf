import type { FastifyInstance, FastifyRequest } from 'fastify';
import { topicMatcher } from '../../core/address.js';
import { readingTag, readingsTag } from './entity-tags.js';
import { unread } from './parameter-at.js';
import { newestAt, placeOf, readingsAt, type PlaceParams } from './place.js';
import { isFresh, topicsOf, type Query } from './query.js';
import { readingBody } from './reading-body.js';
import type { RestContext } from './rest-context.js';
import { sendJson } from './send-json.js';
import { submit } from './submit.js';

export type Asked = { Params: PlaceParams & { readonly parameter: string }; Querystring: Query };
type AskedForAll = { Params: PlaceParams; Querystring: Query };

/** Where readings are: those of a manager, those of a channel. */
export const readingPaths = ['/managers/:manager/readings', '/managers/:manager/channels/:channel/readings'] as const;

/** The newest readings, from the snapshot: without any traffic to an instrument unless `?fresh=true` asks for it. */
export const readingRoutes = (server: FastifyInstance, context: RestContext): void => {
  const { bus, clock } = context;

  for (const path of readingPaths) {
    server.get<AskedForAll>(path, async (request, reply) => {
      await readAnew(context, request);
      const place = placeOf(bus, request.params);
      const readings = readingsAt(place);
      const body = { readings: readings.map((reading) => readingBody(reading, clock.now())) };
      return sendJson(request, reply, body, readingsTag(place.stream.epoch, readings));
    });

    server.get<Asked>(`${path}/:parameter`, async (request, reply) => {
      const { parameter } = request.params;
      await readAnew(context, request, parameter);
      const place = placeOf(bus, request.params);
      const reading = newestAt(place, parameter);
      if (reading === undefined) throw unread(place, parameter);
      return sendJson(request, reply, readingBody(reading, clock.now()), readingTag(reading));
    });
  }

  server.get<{ Querystring: Query }>('/snapshot', (request, reply) => {
    const matches = topicMatcher(topicsOf(request.query));
    const readings = bus.snapshot().filter(({ topic }) => matches(topic));
    return sendJson(request, reply, { readings: readings.map((reading) => readingBody(reading, clock.now())) });
  });
};

/** Asks the instrument, if that is wanted, and waits for what it says. */
const readAnew = async (
  context: RestContext,
  request: FastifyRequest<AskedForAll>,
  parameter?: string,
): Promise<void> => {
  if (!isFresh(request.query)) return;
  const { manager, channel } = placeOf(context.bus, request.params);
  await submit(context, request, {
    manager: manager.name,
    command: 'refresh',
    ...(channel === undefined ? {} : { channel }),
    arguments: parameter === undefined ? {} : { parameter },
  });
};
