import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every answer: nothing is guessed from the contents, nothing says where a visitor came from. */
export const commonHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const;

/** A refusal for a person, or for a program that says it wants JSON. */
export const sendProblem = (request: FastifyRequest, reply: FastifyReply, status: number, message: string): void => {
  const wantsJson = (request.headers.accept ?? '').includes('json');
  const body = wantsJson ? JSON.stringify({ status, message }) : `${message}\n`;
  const type = wantsJson ? 'application/json' : 'text/plain; charset=utf-8';
  reply
    .code(status)
    .headers({ ...commonHeaders, 'cache-control': 'no-store' })
    .type(type)
    .send(body);
};
