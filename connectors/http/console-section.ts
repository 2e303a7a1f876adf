import { fileURLToPath } from 'node:url';
import type { FastifyRequest } from 'fastify';
import { staticFiles } from '../transports/static-files.js';
import { OWN_PREFIX, type HttpSection } from './section.js';

const NOT_BUILT =
  'The console is not built yet. Run "npm run build" where Busbar is installed, then load this page again.';

export type ConsoleOptions = {
  readonly directory: string;
  /** The console at `/` too, as no dialect claims the root of this port. */
  readonly isAtRoot: boolean;
};

/** The bundle, found beside the schemas: the same from source and from dist. */
export const consoleDirectory = (): string =>
  fileURLToPath(new URL('../../dist/web-debug', import.meta.resolve('#schemas/native/client-frame.schema.json')));

/** The console's files under `/busbar/`, and under `/`. */
export const consoleSection = ({ directory, isAtRoot }: ConsoleOptions): HttpSection => ({
  name: 'console',
  register: (server) => {
    const serve = staticFiles({ directory, missing: NOT_BUILT });
    const files = `${OWN_PREFIX}/`;
    server.get(OWN_PREFIX, (_request, reply) => reply.redirect(files.slice(1), 308));
    for (const mount of isAtRoot ? [files, '/'] : [files]) {
      server.get(`${mount}*`, async (request, reply) => {
        await serve(request, reply, restOf(request));
        return reply;
      });
    }
  },
});

/** What the `*` of the route stands for, decoded. */
export const restOf = ({ params }: FastifyRequest): string => {
  const rest: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, '*') : undefined;
  return typeof rest === 'string' ? rest : '';
};
