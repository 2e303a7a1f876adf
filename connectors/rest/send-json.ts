import type { FastifyReply, FastifyRequest } from 'fastify';
import { printPlain } from '../../core/native/print-frame.js';
import { isKnown } from './entity-tags.js';

/** Sends a value as JSON; 304 to who has what `tag` names already. */
export const sendJson = (request: FastifyRequest, reply: FastifyReply, body: object, tag?: string): FastifyReply => {
  reply.header('cache-control', 'no-cache');
  if (tag !== undefined) reply.header('etag', tag);
  if (tag !== undefined && isKnown(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json').send(printPlain(body));
};
