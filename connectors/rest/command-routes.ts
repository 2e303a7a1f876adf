import type { FastifyInstance } from 'fastify';
import { HardwareError } from '../../core/errors.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import { printPlain } from '../../core/native/print-frame.js';
import { placeOf, type PlaceParams } from './place.js';
import { patienceOf, type Query } from './query.js';
import type { RestContext } from './rest-context.js';
import { submit } from './submit.js';

type Asked = {
  Params: PlaceParams & { readonly command: string };
  Querystring: Query;
  Body: Json | undefined;
};

const commandPaths = [
  '/managers/:manager/commands/:command',
  '/managers/:manager/channels/:channel/commands/:command',
] as const;

/** `POST` with the arguments as a JSON object runs any command there is, and answers with the value of its reply. */
export const commandRoutes = (server: FastifyInstance, context: RestContext): void => {
  for (const path of commandPaths) {
    server.post<Asked>(path, async (request, reply) => {
      const { manager, channel } = placeOf(context.bus, request.params);
      const question = {
        manager: manager.name,
        command: request.params.command,
        ...(channel === undefined ? {} : { channel }),
        arguments: argumentsOf(request.body),
      };
      const { value, command } = await submit(context, request, question, patienceOf(request.query));
      reply.header('cache-control', 'no-store').header('busbar-reference', command.reference);
      return reply.type('application/json').send(printPlain(value));
    });
  }
};

const argumentsOf = (body: Json | undefined): JsonObject => {
  if (body === undefined) return {};
  if (isJsonObject(body)) return body;
  throw new HardwareError('BAD_ARGUMENT', 'the body is to be a JSON object, the arguments by their names');
};
