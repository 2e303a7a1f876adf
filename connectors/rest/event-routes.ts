import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HardwareError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { Sink } from '../../core/outbox.js';
import type { Burst } from '../../core/parcel.js';
import { SILENCE_LIMIT_MS } from '../../core/native/protocol.js';
import { commonHeaders } from '../transports/http-answer.js';
import { refuseOrigin, type OriginPolicy } from '../transports/origin-policy.js';
import { loadUserTimeout, type SocketOption } from '../transports/user-timeout.js';
import type { EventExchange } from './event-exchange.js';
import type { EventStreams } from './event-streams.js';
import { topicsOf, type Query } from './query.js';

export type EventRoutesOptions = {
  readonly exchange: EventExchange;
  readonly streams: EventStreams;
  readonly log: Logger;
  readonly origins: OriginPolicy;
};

/** `GET /events?topics=hv/**`: the newest readings, then everything that is said, as server-sent events. */
export const eventRoutes = (server: FastifyInstance, { exchange, streams, log, origins }: EventRoutesOptions): void => {
  let accepted = 0;
  let userTimeout: Promise<SocketOption> | undefined;

  server.get<{ Querystring: Query }>('/events', { exposeHeadRoute: false }, async (request, reply) => {
    const stranger = refuseOrigin(request.headers, origins);
    if (stranger !== undefined) throw new HardwareError('FORBIDDEN', stranger);
    const patterns = topicsOf(request.query);
    const lastEventId = request.headers['last-event-id'];
    userTimeout ??= loadUserTimeout(SILENCE_LIMIT_MS, log);
    const setUserTimeout = await userTimeout;
    const { socket } = request.raw;
    const response = reply.raw;
    reply.hijack();
    if (response.destroyed) return; // it has gone meanwhile
    setUserTimeout(socket);
    socket.setTimeout(0); // its outbox knows what to do with a client that does not read
    response.writeHead(200, {
      ...commonHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // nginx would gather events until its buffer is full
    });
    accepted += 1;
    const name = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}#events-${accepted}`;
    const peerLog = log.child({ peer: name });
    peerLog.info('connected', { topics: patterns.join(',').slice(0, 200) });
    const peer = exchange.join({
      name,
      patterns,
      sink: responseSink(response, peerLog),
      ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
    });
    streams.add(response, peer.outbox);
    response.on('error', () => undefined); // `close` follows
    response.on('close', () => {
      exchange.leave(peer);
      peerLog.info('gone', { sent: peer.outbox.sent, conflated: peer.outbox.conflated });
    });
  });
};

const responseSink = (response: ServerResponse, log: Logger): Sink => ({
  write: ({ bytes }: Burst) => response.destroyed || response.write(bytes),
  close: (reason) => {
    log.warn('disconnected, too slow', { reason });
    response.destroy();
  },
});
