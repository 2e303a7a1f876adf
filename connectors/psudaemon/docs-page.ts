import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';

/** Swagger UI from our own port: a laboratory has no road to a content delivery network. */
export const docsPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>FastAPI - Swagger UI</title>
<link rel="stylesheet" href="/busbar/docs/static/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/busbar/docs/static/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });</script>
</body>
</html>
`;

/** The same as a page to read, without a script. */
export const redocPage = (document: JsonObject): string => {
  const paths = isJsonObject(document['paths']) ? document['paths'] : {};
  const rows = Object.entries(paths).flatMap(([path, methods]) => (isJsonObject(methods) ? rowsOf(path, methods) : []));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>FastAPI - ReDoc</title>
<style>body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:50rem}td,th{text-align:left;padding:.25rem 1rem .25rem 0}</style>
</head>
<body>
<h1>FastAPI <small>0.1.0</small></h1>
<p>The machine-readable description is <a href="/openapi.json">/openapi.json</a>; <a href="/docs">/docs</a> lets you try it.</p>
<table><tr><th>Method</th><th>Path</th><th>Parameters</th><th>What it does</th></tr>
${rows.join('\n')}
</table>
</body>
</html>
`;
};

const rowsOf = (path: string, methods: JsonObject): readonly string[] =>
  Object.entries(methods).flatMap(([method, operation]) =>
    isJsonObject(operation)
      ? [
          `<tr><td>${method.toUpperCase()}</td><td><code>${path}</code></td><td>${parametersOf(operation)}</td><td>${textOf(operation['summary'])}</td></tr>`,
        ]
      : [],
  );

const parametersOf = ({ parameters }: JsonObject): string =>
  Array.isArray(parameters)
    ? (parameters as readonly Json[])
        .filter(isJsonObject)
        .map(({ name }) => textOf(name))
        .join(', ')
    : '';

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
