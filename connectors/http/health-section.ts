import type { FastifyReply } from 'fastify';
import type { Bus } from '../../core/bus.js';
import { STATION } from '../../core/bus.js';
import type { PartContext } from '../../core/connector.js';
import { OWN_PREFIX, type HttpSection } from './section.js';

/** Whether the process answers, and whether the station takes commands. An instrument that is away makes neither false: a
 *  restart of the station would not bring it back, and would disturb the others. */
export const healthSection = ({ bus }: PartContext, isAtRoot: boolean): HttpSection => ({
  name: 'health',
  register: (server) => {
    for (const prefix of isAtRoot ? [OWN_PREFIX, ''] : [OWN_PREFIX]) {
      server.get(`${prefix}/health/live`, (_request, reply) => send(reply, 200, { status: 'live' }));
      server.get(`${prefix}/health/ready`, (_request, reply) => {
        const reason = whyNotReady(bus);
        const managers = Object.fromEntries(bus.managers.map(({ name, state }) => [name, state]));
        const status = reason === undefined ? 'ready' : reason;
        return send(reply, reason === undefined ? 200 : 503, { status, managers });
      });
    }
  },
});

const whyNotReady = (bus: Bus): 'starting' | 'stopping' | undefined => {
  if (bus.isClosed) return 'stopping';
  const station = bus.manager(STATION);
  return station === undefined || station.state === 'online' ? undefined : 'starting';
};

const send = (reply: FastifyReply, status: number, body: object): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').type('application/json').send(JSON.stringify(body));
