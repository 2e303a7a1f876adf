import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Origin } from '../../core/message.js';

/** Who asks: one connection of an HTTP port, by its address and a number of its own. */
export type OriginOf = (request: FastifyRequest) => Origin;

/** Numbers the connections that command; the same connection is the same origin. */
export const requestOrigins = (connector: string): OriginOf => {
  const known = new WeakMap<Socket, Origin>();
  let last = 0;
  return ({ raw: { socket } }) => {
    const found = known.get(socket);
    if (found !== undefined) return found;
    last += 1;
    const { remoteAddress = 'unknown', remotePort = 0 } = socket;
    const origin: Origin = { connector, peer: `${remoteAddress}:${remotePort}#http-${last}` };
    known.set(socket, origin);
    return origin;
  };
};
