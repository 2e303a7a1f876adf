import { expect } from 'chai';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { HttpSection } from '../../../connectors/http/section.js';
import { HttpServer } from '../../../connectors/transports/http-server.js';
import { MemoryLog } from '../../support/memory-log.js';

/** A section with one route, and whatever else a test wants. */
const section = (name: string, more: Partial<HttpSection> = {}): HttpSection => ({
  name,
  register: (server) => {
    server.get(`/${name}`, () => ({ from: name }));
    server.put(`/${name}`, ({ body }) => ({ got: body }));
  },
  ...more,
});

/** Claims a part of the port and says that it was asked. */
const claiming = (name: string, under: string): HttpSection =>
  section(name, {
    missing: {
      under,
      answer: async (_request, reply, allowed) => {
        await reply.code(allowed.length === 0 ? 404 : 405).send({ missing: name, allowed });
      },
    },
  });

describe('an HTTP port', () => {
  let log: MemoryLog;
  let server: HttpServer;
  const open = async (...sections: readonly HttpSection[]): Promise<void> => {
    server = new HttpServer({ host: '127.0.0.1', port: 0, sections, maxConnections: 10, log });
    await server.app.ready();
  };
  const ask = async (
    method: InjectOptions['method'],
    url: string,
    more: InjectOptions = {},
  ): Promise<LightMyRequestResponse> => await server.app.inject({ ...(method && { method }), url, ...more });

  beforeEach(() => {
    log = new MemoryLog();
  });

  describe('where nothing is', () => {
    beforeEach(() => open(section('one')));

    it('says so to a person in words', async () => {
      const { statusCode, headers, body } = await ask('GET', '/nothing');
      expect([statusCode, headers['content-type'], body]).to.deep.equal([
        404,
        'text/plain; charset=utf-8',
        'there is nothing at this path\n',
      ]);
    });

    it('says so to a program in JSON', async () => {
      const { body } = await ask('GET', '/nothing', { headers: { accept: 'application/json' } });
      expect(JSON.parse(body)).to.deep.equal({ status: 404, message: 'there is nothing at this path' });
    });

    for (const path of ['/%zz', '/%ff', '/one/', '/One', '//one', '/one%00']) {
      it(`takes ${path} for nothing`, async () => {
        expect((await ask('GET', path)).statusCode).to.equal(404);
      });
    }

    it('reads a body away, and the connection goes on', async () => {
      const { headers } = await ask('POST', '/nothing', { payload: 'x'.repeat(2 ** 20) });
      expect(headers.connection).to.not.equal('close');
    });

    for (const [what, more] of [
      ['more than 1 MiB', { 'content-length': String(2 ** 20 + 1) }],
      ['a body without a length', { 'transfer-encoding': 'chunked' }],
    ] as const) {
      it(`does not read ${what}, so the connection ends`, async () => {
        const { headers } = await ask('POST', '/nothing', { payload: 'x', headers: more });
        expect(headers.connection).to.equal('close');
        expect((await ask('GET', '/nothing')).headers.connection).to.not.equal('close');
      });
    }
  });

  describe('by a method that has no route', () => {
    beforeEach(() => open(section('one')));

    for (const method of ['POST', 'DELETE', 'OPTIONS', 'PATCH'] as const) {
      it(`answers 405 to ${method}, with those that have one`, async () => {
        const { statusCode, headers } = await ask(method, '/one?x=1');
        expect([statusCode, headers.allow]).to.deep.equal([405, 'GET, HEAD, PUT']);
      });
    }

    it('answers HEAD where GET is answered, without the body', async () => {
      const { statusCode, headers, body } = await ask('HEAD', '/one');
      expect([statusCode, headers['content-length'], body]).to.deep.equal([200, '14', '']);
    });
  });

  describe('with several sections', () => {
    it('lets each keep its hooks and its errors to itself', async () => {
      const strict = section('strict', {
        register: (scope) => {
          scope.addHook('onRequest', (_request, reply, done) => {
            reply.header('x-strict', 'yes');
            done();
          });
          scope.setErrorHandler((_error, _request, reply) => reply.code(418).send('short and stout'));
          scope.get('/strict', () => {
            throw new Error('boom');
          });
        },
      });
      await open(section('one'), strict);
      expect((await ask('GET', '/one')).headers).to.not.have.property('x-strict');
      expect((await ask('GET', '/strict')).statusCode).to.equal(418);
    });

    it('asks the one with the longest claim what to say', async () => {
      await open(claiming('root', '/'), claiming('api', '/busbar/api'), claiming('busbar', '/busbar'));
      const claimant = async (path: string) =>
        (JSON.parse((await ask('GET', path)).body) as { missing: string }).missing;
      const paths = ['/x', '/busbars', '/busbar/x', '/busbar/api/x', '/busbar/api'];
      expect(await Promise.all(paths.map(claimant))).to.deep.equal(['root', 'root', 'busbar', 'api', 'api']);
    });

    it('asks the owner of the root for nothing under /busbar', async () => {
      await open(claiming('root', '/'));
      expect((await ask('GET', '/busbar/x')).body).to.equal('there is nothing at this path\n');
    });

    it('tells a claimant the methods of a path, but not those of a route that takes everything', async () => {
      const everything = section('files', { register: (scope) => void scope.get('/*', () => 'file') });
      await open(claiming('root', '/'), everything);
      expect((await ask('POST', '/root')).json()).to.deep.include({ allowed: ['GET', 'HEAD', 'PUT'] });
      expect((await ask('POST', '/other')).json()).to.deep.include({ allowed: [] });
    });

    it('answers 500 when a claimant fails', async () => {
      const failing = section('root', { missing: { under: '/', answer: () => Promise.reject(new Error('boom')) } });
      await open(failing);
      expect((await ask('GET', '/x')).statusCode).to.equal(500);
      expect(log.messages).to.deep.equal(['error: request could not be answered']);
    });
  });

  describe('with a defect in a route', () => {
    it('says nothing of it to the client, and all of it in the log', async () => {
      const broken = section('broken', {
        register: (scope) =>
          void scope.get('/broken', () => {
            throw new Error('/etc/passwd is missing');
          }),
      });
      await open(broken);
      const { statusCode, body } = await ask('GET', '/broken?x=1');
      expect([statusCode, body]).to.deep.equal([500, 'this could not be answered; the log of the station says why\n']);
      expect(log.lines[0]).to.deep.include({ message: 'request could not be answered' });
      expect(log.lines[0]?.fields['reason']).to.equal('/etc/passwd is missing');
    });
  });

  describe('with a body', () => {
    beforeEach(() => open(section('one')));
    const put = async (payload: string, type = 'application/json') =>
      await ask('PUT', '/one', { payload, headers: { 'content-type': type } });

    it('reads JSON, and an empty one as none', async () => {
      expect((await put('{"a":[1]}')).json()).to.deep.equal({ got: { a: [1] } });
      expect((await put('')).statusCode).to.equal(200);
    });

    for (const [what, payload, type, status] of [
      ['no JSON', '{"a":', 'application/json', 400],
      ['a key that reaches prototypes', '{"__proto__":1,"a":1}', 'application/json', 200],
      ['65 levels', '['.repeat(65) + ']'.repeat(65), 'application/json', 400],
      ['more than 1 MiB', `"${'x'.repeat(2 ** 20)}"`, 'application/json', 413],
      ['a form', 'a=1', 'application/x-www-form-urlencoded', 415],
    ] as const) {
      it(`answers ${status} to ${what}`, async () => {
        expect((await put(payload, type)).statusCode).to.equal(status);
      });
    }
  });

  it('does nothing when it is stopped before it was started', async () => {
    await open(section('one'));
    await server.stop();
  });
});
