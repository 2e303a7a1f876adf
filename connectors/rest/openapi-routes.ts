import type { FastifyInstance } from 'fastify';
import type { Bus } from '../../core/bus.js';
import type { StationIdentity } from '../../core/connector.js';
import { printPlain } from '../../core/native/print-frame.js';
import { OWN_PREFIX } from '../http/section.js';
import { isKnown } from './entity-tags.js';
import { openApiDocument } from './openapi.js';

type Printed = { readonly state: string; readonly tag: string; readonly text: string };

/** `GET /busbar/openapi.json`, made anew when a manager has changed. */
export const openApiRoutes = (server: FastifyInstance, bus: Bus, station: StationIdentity): void => {
  let printed: Printed | undefined;
  let count = 0;

  const current = (): Printed => {
    const descriptions = bus.describe();
    const state = descriptions.map(({ name, version }) => `${name} ${bus.streamOf(name).epoch} ${version}`).join('\n');
    if (printed?.state === state) return printed;
    count += 1;
    return {
      state,
      tag: `"${bus.streamOf('station').epoch.toString(36)}.${count}"`,
      text: printPlain(openApiDocument(descriptions, station)),
    };
  };

  server.get(`${OWN_PREFIX}/openapi.json`, (request, reply) => {
    printed = current();
    reply.headers({ etag: printed.tag, 'cache-control': 'no-cache' });
    if (isKnown(request.headers['if-none-match'], printed.tag)) return reply.code(304).send();
    return reply.type('application/json').send(printed.text);
  });
};
