import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PartContext } from '../../core/connector.js';
import type { Logger } from '../../core/log.js';
import { OWN_PREFIX, type HttpSection } from '../http/section.js';
import { requestOrigins } from '../http/request-origins.js';
import { commonHeaders } from '../transports/http-answer.js';
import { sendProblemDetails, thrownProblem, type HttpProblem } from '../transports/http-problem.js';
import { refuseOrigin, type OriginPolicy } from '../transports/origin-policy.js';
import { API_PREFIX } from './api-prefix.js';
import { commandRoutes } from './command-routes.js';
import { EventExchange } from './event-exchange.js';
import { eventRoutes } from './event-routes.js';
import { EventStreams } from './event-streams.js';
import { managerRoutes } from './manager-routes.js';
import { openApiRoutes } from './openapi-routes.js';
import { HttpRefusal } from './parameter-at.js';
import { readingRoutes } from './reading-routes.js';
import { sendJson } from './send-json.js';
import { writeRoutes } from './write-routes.js';

export type RestOptions = OriginPolicy & { readonly outboxBytes: number };

const unknownStation = { name: 'busbar', version: 'unknown' };

/** The REST interface of every manager of any kind, from their descriptions alone (docs/protocols/rest.md). */
export const restSection = (context: PartContext, options: RestOptions): HttpSection => {
  const { name, bus, clock, log, station = unknownStation } = context;
  const shared = { bus, clock, originOf: requestOrigins(name) };
  const streams = new EventStreams(clock);
  const exchange = new EventExchange({ connector: name, bus, clock, log, maxOutboxBytes: options.outboxBytes });

  const api = (server: FastifyInstance): void => {
    server.get('/', (request, reply) => sendJson(request, reply, { station, ...addresses }));
    managerRoutes(server, shared);
    readingRoutes(server, shared);
    writeRoutes(server, shared);
    commandRoutes(server, shared);
    eventRoutes(server, { exchange, streams, log, origins: options });
  };
  return {
    name: 'api',
    register: (server) => {
      server.addHook('onRequest', (request, reply, done) => {
        reply.headers(commonHeaders);
        const stranger = isReading(request) ? undefined : refuseOrigin(request.headers, options);
        if (stranger === undefined) done();
        else sendProblemDetails(reply, { code: 'FORBIDDEN', message: stranger });
      });
      server.setErrorHandler((thrown, request, reply) => {
        sendProblemDetails(reply, problemOf(thrown, request, log));
      });
      server.register(
        (scope, _options, done) => {
          api(scope);
          done();
        },
        { prefix: API_PREFIX },
      );
      openApiRoutes(server, bus, station);
    },
    missing: { under: API_PREFIX, answer: sayMissing },
    peers: () => exchange.peers(),
    close: async (reason) => {
      exchange.close(reason);
      await streams.end();
    },
  };
};

const addresses = {
  managers: `${API_PREFIX}/managers`,
  snapshot: `${API_PREFIX}/snapshot`,
  events: `${API_PREFIX}/events`,
  openapi: `${OWN_PREFIX}/openapi.json`,
};

const isReading = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

const problemOf = (thrown: unknown, { url }: FastifyRequest, log: Logger): HttpProblem => {
  if (thrown instanceof HttpRefusal) return thrown.problem;
  const problem = thrownProblem(thrown);
  if (problem.code !== 'INTERNAL') return problem;
  log.error('request could not be answered', { path: url.slice(0, 120), reason: problem.message });
  return { code: 'INTERNAL', message: 'this could not be answered; the log of the station says why' };
};

const sayMissing = (request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void => {
  const path = (request.url.split('?', 1)[0] ?? '').slice(0, 120);
  if (allowed.length === 0) {
    const message = `there is nothing at ${path}; ${API_PREFIX} and ${OWN_PREFIX}/openapi.json say what there is`;
    sendProblemDetails(reply, { code: 'NOT_FOUND', message });
  } else {
    const message = `${request.method} is not understood at ${path}; there are: ${allowed.join(', ')}`;
    sendProblemDetails(reply, { code: 'METHOD_NOT_ALLOWED', message });
  }
};
