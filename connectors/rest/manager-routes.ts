import type { FastifyInstance } from 'fastify';
import { API_PREFIX } from './api-prefix.js';
import { descriptionTag } from './entity-tags.js';
import { placeOf, type PlaceParams } from './place.js';
import type { RestContext } from './rest-context.js';
import { sendJson } from './send-json.js';

/** What there is: a list to begin with, and each manager as it describes itself. */
export const managerRoutes = (server: FastifyInstance, { bus }: RestContext): void => {
  server.get('/managers', (request, reply) => {
    const managers = bus.describe().map(({ name, kind, description, state, version, channels }) => ({
      name,
      kind,
      description,
      state,
      version,
      channels: channels.map(({ id }) => id),
      href: `${API_PREFIX}/managers/${name}`,
    }));
    return sendJson(request, reply, { managers });
  });

  server.get<{ Params: PlaceParams }>('/managers/:manager', (request, reply) => {
    const { manager, stream } = placeOf(bus, request.params);
    const description = manager.describe();
    const { epoch } = stream;
    return sendJson(request, reply, { ...description, epoch }, descriptionTag(epoch, description.version));
  });
};
