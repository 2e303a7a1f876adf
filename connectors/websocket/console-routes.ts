import { fileURLToPath } from 'node:url';
import type { HttpRoute } from '../transports/http-server.js';
import { staticFiles } from '../transports/static-files.js';

/** Where everything of ours lives, whatever else is on the port. */
const OWN_PREFIX = '/busbar/';
const NOT_BUILT =
  'The console is not built yet. Run "npm run build" where Busbar is installed, then load this page again.';

/** The bundle, found beside the schemas: the same from source and from dist. */
export const consoleDirectory = (): string =>
  fileURLToPath(new URL('../../dist/web-debug', import.meta.resolve('#schemas/native/client-frame.schema.json')));

/** The console under `/busbar/` and, as no dialect claims the root of this port, under `/`. */
export const consoleRoutes = (directory: string): readonly HttpRoute[] => {
  const serve = staticFiles({ directory, missing: NOT_BUILT });
  return [
    {
      claims: (path) => `${path}/` === OWN_PREFIX,
      handle: (_request, response) => {
        response.writeHead(308, { Location: OWN_PREFIX.slice(1), 'Content-Length': 0 });
        response.end();
      },
    },
    {
      claims: (path) => path.startsWith(OWN_PREFIX),
      handle: (request, response, path) => serve(request, response, path.slice(OWN_PREFIX.length)),
    },
    {
      claims: (path) => path.startsWith('/'),
      handle: (request, response, path) => serve(request, response, path.slice(1)),
    },
  ];
};
