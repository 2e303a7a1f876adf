import { fileURLToPath } from 'node:url';
import { OWN_PREFIX, type HttpSection } from '../http/section.js';
import { staticFiles } from '../transports/static-files.js';

const DOCS = `${OWN_PREFIX}/docs`;
/** Of the package; it has a page of its own, too, which shows somebody else's interface. */
const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;
const MISSING = 'The files of Swagger UI are not there; run "npm ci" where Busbar is installed.';

/** Swagger UI as its package has it, so that a cellar without a network has it too; a dialect's page may load it from
 *  `/busbar/docs/static/`. */
export const docsSection = (): HttpSection => ({
  name: 'docs',
  register: (server) => {
    const serve = staticFiles({ directory: swaggerUiDirectory(), missing: MISSING });
    server.get(DOCS, (_request, reply) => reply.redirect('docs/', 308));
    server.get(`${DOCS}/`, (_request, reply) => reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page));
    server.get(`${DOCS}/start.js`, (_request, reply) =>
      reply.headers(pageHeaders).type('text/javascript; charset=utf-8').send(script),
    );
    for (const file of files) {
      server.get(`${DOCS}/static/${file}`, async (request, reply) => {
        await serve(request, reply, file);
        return reply;
      });
    }
  },
});

/** Found beside the program: the same from source and from dist. */
const swaggerUiDirectory = (): string => fileURLToPath(new URL('static', import.meta.resolve('@fastify/swagger-ui')));

const pageHeaders = {
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Busbar REST interface</title>
    <link rel="icon" href="static/favicon-32x32.png" />
    <link rel="stylesheet" href="static/swagger-ui.css" />
    <script src="static/swagger-ui-bundle.js" defer></script>
    <script src="start.js" defer></script>
  </head>
  <body>
    <div id="swagger-ui"></div>
  </body>
</html>
`;

const script = `window.ui = SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  tryItOutEnabled: true,
  filter: true,
});
`;
