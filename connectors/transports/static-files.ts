import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonHeaders, sendProblem } from './http-answer.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Nothing comes from elsewhere: the console must work in a cellar without a network. Inline style is lit's and uPlot's;
 *  'unsafe-eval' lets ajv compile the schemas of the station's own commands, so that forms are checked as the gate does. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-eval'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

export type StaticFilesOptions = {
  readonly directory: string;
  /** What a person is told when the directory has no index.html. */
  readonly missing: string;
};

/** Answers with a file of one directory; `path` is what follows the mount point, without a leading slash. */
export type ServeFile = (request: FastifyRequest, reply: FastifyReply, path: string) => Promise<void>;

/** Serves a directory as it is now, so that a new build shows without a restart; browsers ask each time whether it is new. */
export const staticFiles =
  ({ directory, missing }: StaticFilesOptions): ServeFile =>
  async (request, reply, path) => {
    const name = fileName(path);
    const file =
      name === undefined ? undefined : await readIfNew(join(directory, name), request.headers['if-none-match']);
    if (name === undefined || file === undefined) {
      if (name === 'index.html') sendProblem(request, reply, 503, missing);
      else reply.callNotFound(); // the path may be under that of another section, which has its own words for it
      return;
    }
    reply.headers({
      ...commonHeaders,
      etag: file.tag,
      'cache-control': 'no-cache',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    });
    if (file.isSame) reply.code(304).send();
    else reply.type(types[extname(name)] ?? 'application/octet-stream').send(file.bytes);
  };

/** The file a path means; undefined: none. Only plain names pass, so no path leads out of the directory. */
const fileName = (path: string): string | undefined => {
  if (path === '') return 'index.html';
  const parts = path.split('/');
  return parts.every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part)) ? parts.join('/') : undefined;
};

type FoundFile = { readonly tag: string; readonly isSame: boolean; readonly bytes: Uint8Array };

const readIfNew = async (path: string, knownTag: string | undefined): Promise<FoundFile | undefined> => {
  try {
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    const tag = `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`;
    return tag === knownTag
      ? { tag, isSame: true, bytes: new Uint8Array(0) }
      : { tag, isSame: false, bytes: await readFile(path) };
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  }
};

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
