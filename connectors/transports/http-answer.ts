import type { IncomingMessage, ServerResponse } from 'node:http';

/** Every answer: nothing is guessed from the contents, nothing says where a visitor came from. */
const commonHeaders = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' } as const;

export type HttpAnswer = {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends a whole answer; a HEAD request gets its headers alone. */
export const sendAnswer = (request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void => {
  const { status, type, body, headers } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const hasBody = request.method !== 'HEAD' && status !== 304;
  response.writeHead(status, {
    ...commonHeaders,
    ...(status === 304 ? {} : { 'Content-Type': type, 'Content-Length': bytes.length }),
    ...headers,
  });
  response.end(hasBody ? bytes : undefined);
};

/** An error in the words of our one table, for a program or for a person. */
export const sendProblem = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void => {
  const wantsJson = (request.headers.accept ?? '').includes('json');
  const body = wantsJson ? JSON.stringify({ status, message }) : `${message}\n`;
  const type = wantsJson ? 'application/json' : 'text/plain; charset=utf-8';
  sendAnswer(request, response, { status, type, body, headers: { 'Cache-Control': 'no-store' } });
};
