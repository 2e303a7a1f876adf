import type { FastifyRequest } from 'fastify';
import { expect } from 'chai';
import { fastify } from 'fastify';
import { requestOrigins } from '../../../connectors/http/request-origins.js';

describe('who asks over HTTP', () => {
  /** Each `inject` is a connection of its own. */
  const peersOf = async (ask: (request: FastifyRequest) => readonly string[], times: number) => {
    const server = fastify();
    server.get('/', (request) => ask(request));
    const answers = [];
    for (let time = 0; time < times; time += 1) answers.push((await server.inject('/')).json<readonly string[]>());
    await server.close();
    return answers;
  };

  it('is the same within a connection, and another with the next one', async () => {
    const originOf = requestOrigins('web');
    const answers = await peersOf((request) => [originOf(request).peer, originOf(request).peer], 2);
    const [[one, again] = [], [other] = []] = answers;
    expect(one).to.match(/^127\.0\.0\.1:\d+#http-1$/);
    expect([again === one, other?.endsWith('#http-2')]).to.deep.equal([true, true]);
  });

  it('names its connector', async () => {
    const originOf = requestOrigins('web');
    expect(await peersOf((request) => [originOf(request).connector], 1)).to.deep.equal([['web']]);
  });
});
