import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HardwareError } from '../../core/errors.js';
import { isJsonObject, type Json } from '../../core/json-value.js';
import { readingTopic } from '../../core/message.js';
import { isUnchanged, readingTag } from './entity-tags.js';
import { HttpRefusal, nameOf, parameterAt } from './parameter-at.js';
import { newestAt, placeOf, type Place } from './place.js';
import { patienceOf } from './query.js';
import { readingBody } from './reading-body.js';
import { readingPaths, type Asked } from './reading-routes.js';
import type { RestContext } from './rest-context.js';
import { sendJson } from './send-json.js';
import { submit } from './submit.js';
import { Turns } from './turns.js';

type AskedToWrite = Asked & { Body: Json | undefined };

/** `PUT { "value": ... }` on a reading writes its parameter, and answers with what was read back. */
export const writeRoutes = (server: FastifyInstance, context: RestContext): void => {
  const { bus, clock } = context;
  const turns = new Turns();

  const write = async (request: FastifyRequest<AskedToWrite>, place: Place, writtenBy: string): Promise<void> => {
    const { manager, channel } = place;
    refuseChanged(request, place);
    await submit(
      context,
      request,
      {
        manager: manager.name,
        command: writtenBy,
        ...(channel === undefined ? {} : { channel }),
        arguments: { value: valueOf(request.body) },
      },
      patienceOf(request.query),
    );
  };

  for (const path of readingPaths) {
    server.put<AskedToWrite>(`${path}/:parameter`, async (request, reply) => {
      const { parameter } = request.params;
      const place = placeOf(bus, request.params);
      const { writtenBy } = parameterAt(place, parameter);
      if (writtenBy === undefined) {
        reply.header('allow', 'GET, HEAD');
        const message = `${nameOf(place)} ${parameter} is measured and cannot be set`;
        throw new HttpRefusal({ code: 'METHOD_NOT_ALLOWED', message });
      }
      const topic = readingTopic(place.manager.name, place.channel, parameter);
      const isConditional = request.headers['if-match'] !== undefined;
      await turns.take(topic, isConditional, () => write(request, place, writtenBy));
      const reading = newestAt(place, parameter);
      if (reading === undefined) return reply.code(204).send();
      return sendJson(request, reply, readingBody(reading, clock.now()), readingTag(reading));
    });
  }
};

/** Throws CHANGED when the client has seen another value than there is now. */
const refuseChanged = ({ headers, params: { parameter } }: FastifyRequest<AskedToWrite>, place: Place): void => {
  const seen = headers['if-match'];
  const current = newestAt(place, parameter);
  if (seen === undefined || isUnchanged(seen, current)) return;
  const now = current === undefined ? 'it has not been read' : `it is ${JSON.stringify(current.value)} now`;
  const message = `${nameOf(place)} ${parameter} is not what you have seen: ${now}; read it again and decide anew`;
  throw new HttpRefusal({ code: 'CHANGED', message });
};

const valueOf = (body: Json | undefined): Json => {
  const value = isJsonObject(body) && Object.keys(body).length === 1 ? body['value'] : undefined;
  if (value !== undefined) return value;
  throw new HardwareError('BAD_ARGUMENT', 'the body is to be {"value": ...} and nothing else');
};
