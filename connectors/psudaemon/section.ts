import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PartContext } from '../../core/connector.js';
import type { HttpSection } from '../http/section.js';
import type { OriginPolicy } from '../transports/origin-policy.js';
import type { Answer } from './answer.js';
import type { PsudaemonOptions } from './options.js';
import { PsudaemonRoutes, type PsuRequest } from './routes.js';
import { SavedNames } from './saved-names.js';
import { Units } from './units.js';

/** PSUDaemon at the root of a port: everything there is answered in its words, also what it does not know. */
export const psudaemonSection = (
  context: PartContext,
  options: PsudaemonOptions,
  origins: OriginPolicy,
): HttpSection => {
  const { bus, clock, log, name } = context;
  const units = new Units(bus, options);
  const routes = new PsudaemonRoutes({ bus, units, clock, log, options, origins });
  const { settingsFile: path } = options;
  const names = path === undefined ? undefined : new SavedNames({ connector: name, bus, log, units, path });
  const requestOf = ({ method, raw, headers, socket }: FastifyRequest): PsuRequest => ({
    method,
    url: raw.url ?? '/',
    headers,
    ask: (question) =>
      bus.ask({
        ...question,
        origin: { connector: name, peer: `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}` },
      }),
  });
  /** As bytes: to the type of a text fastify adds a charset, which the original does not have; to no body at all, nothing. */
  const send = (reply: FastifyReply, { status, headers, body }: Answer): FastifyReply => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    return reply
      .code(status)
      .headers(headers)
      .send(bytes.length === 0 ? undefined : bytes);
  };

  return {
    name: 'psudaemon',
    register: async (server) => {
      await names?.start();
      // The one route that dashboards ask all day; the others have no body that anybody reads, and need no router.
      server.get('/monitoring/channels', { exposeHeadRoute: false }, async (request, reply) => {
        const isPlain = request.raw.url === '/monitoring/channels';
        return send(reply, isPlain ? routes.monitoring() : await routes.answer(requestOf(request)));
      });
    },
    missing: {
      under: '/',
      answer: async (request, reply) => {
        await send(reply, await routes.answer(requestOf(request)));
      },
    },
    listeners: (base) => [{ name: 'psudaemon', url: `${base}/units` }],
    close: () => {
      names?.close();
      routes.close();
      units.close();
    },
  };
};
