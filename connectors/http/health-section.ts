import type { FastifyReply } from 'fastify';
import type { Bus } from '../../core/bus.js';
import { STATION } from '../../core/bus.js';
import type { PartContext } from '../../core/connector.js';
import { OWN_PREFIX, type HttpSection } from './section.js';

type Query = { Querystring: { readonly managers?: unknown } };
type States = { readonly [manager: string]: string };

/** Whether the process answers, and whether the station takes commands. An instrument that is away makes neither false: a
 *  restart of the station would not bring it back, and would disturb the others. Who wants to be woken for an instrument names
 *  it: `/health/ready?managers=hv,gun`, or `*` for all. */
export const healthSection = ({ bus }: PartContext, isAtRoot: boolean): HttpSection => ({
  name: 'health',
  register: (server) => {
    for (const prefix of isAtRoot ? [OWN_PREFIX, ''] : [OWN_PREFIX]) {
      server.get(`${prefix}/health/live`, (_request, reply) => send(reply, 200, { status: 'live' }));
      server.get<Query>(`${prefix}/health/ready`, ({ query }, reply) => {
        const managers = { ...unknown(namesIn(query.managers)), ...statesOf(bus) };
        const reason = whyNotReady(bus) ?? whyNotOnline(managers, namesIn(query.managers));
        return send(reply, reason === undefined ? 200 : 503, { status: reason ?? 'ready', managers });
      });
    }
  },
});

const whyNotReady = (bus: Bus): 'starting' | 'stopping' | undefined => {
  if (bus.isClosed) return 'stopping';
  const station = bus.manager(STATION);
  return station === undefined || station.state === 'online' ? undefined : 'starting';
};

const whyNotOnline = (states: States, wanted: readonly string[]): 'offline' | undefined => {
  const names = wanted.includes('*') ? Object.keys(states) : wanted;
  return names.every((name) => states[name] === 'online') ? undefined : 'offline';
};

const statesOf = (bus: Bus): States => Object.fromEntries(bus.managers.map(({ name, state }) => [name, state]));

/** A manager that is asked for and is not there is not online. */
const unknown = (names: readonly string[]): States =>
  Object.fromEntries(names.filter((name) => name !== '*').map((name) => [name, 'unknown']));

/** `?managers=hv,gun`, also several times. */
const namesIn = (managers: unknown): readonly string[] =>
  [managers]
    .flat()
    .flatMap((text) => (typeof text === 'string' ? text.split(',') : []))
    .filter((name) => name !== '');

const send = (reply: FastifyReply, status: number, body: object): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').type('application/json').send(JSON.stringify(body));
