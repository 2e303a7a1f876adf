import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fastify, type FastifyInstance } from 'fastify';
import { consoleSection } from '../../../connectors/http/console-section.js';

describe('the files of the console', () => {
  let directory: string;
  let server: FastifyInstance;

  const open = async (isAtRoot: boolean): Promise<void> => {
    server = fastify();
    await consoleSection({ directory, isAtRoot }).register(server);
    await server.ready();
  };
  const get = (url: string, headers = {}) => server.inject({ method: 'GET', url, headers });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-files-'));
    writeFileSync(join(directory, 'index.html'), '<p>console</p>');
    mkdirSync(join(directory, 'parts'));
    writeFileSync(join(directory, 'parts', 'a.js'), '1');
  });
  afterEach(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  it('are under /busbar/ alone where a dialect has the root', async () => {
    await open(false);
    expect([(await get('/busbar/')).body, (await get('/')).statusCode]).to.deep.equal(['<p>console</p>', 404]);
  });

  it('are at the root too where none has', async () => {
    await open(true);
    expect([(await get('/busbar/')).body, (await get('/')).body]).to.deep.equal(['<p>console</p>', '<p>console</p>']);
  });

  it('are found from /busbar without a slash, behind any proxy', async () => {
    await open(false);
    const { statusCode, headers } = await get('/busbar');
    expect([statusCode, headers.location]).to.deep.equal([308, 'busbar/']);
  });

  it('may lie in folders, which are no files', async () => {
    await open(false);
    expect((await get('/busbar/parts/a.js')).headers['content-type']).to.equal('text/javascript; charset=utf-8');
    for (const path of ['/busbar/parts', '/busbar/parts/', '/busbar/index.html/x']) {
      expect((await get(path)).statusCode, path).to.equal(404);
    }
  });

  it('are sent once while they stay the same', async () => {
    await open(false);
    const tag = String((await get('/busbar/')).headers.etag);
    const same = await get('/busbar/', { 'if-none-match': tag });
    expect([same.statusCode, same.body]).to.deep.equal([304, '']);
    writeFileSync(join(directory, 'index.html'), '<p>a new build</p>');
    expect((await get('/busbar/', { 'if-none-match': tag })).statusCode).to.equal(200);
  });

  it('say how to be built while they are not', async () => {
    rmSync(join(directory, 'index.html'));
    await open(false);
    const { statusCode, body } = await get('/busbar/');
    expect([statusCode, body.includes('npm run build')]).to.deep.equal([503, true]);
  });
});
