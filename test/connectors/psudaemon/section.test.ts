import { expect } from 'chai';
import { readPsudaemonOptions } from '../../../connectors/psudaemon/options.js';
import { psudaemonSection } from '../../../connectors/psudaemon/section.js';
import { RestLab } from '../rest/rest-lab.js';

describe('PSUDaemon at the root of a port', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    await lab.open([psudaemonSection(lab.part, readPsudaemonOptions({}), { allowedOrigins: [], allowedHosts: [] })]);
  });
  afterEach(() => lab.close());

  for (const path of ['/units', '/monitoring/channels', '/openapi.json', '/nothing', '/units/none/1']) {
    it(`sends ${path} as JSON with its length, and no charset`, async () => {
      const { headers, rawPayload } = await lab.get(path);
      expect([headers['content-type'], headers['content-length']]).to.deep.equal([
        'application/json',
        String(rawPayload.length),
      ]);
    });
  }

  it('leads on without a body, and without the type of one', async () => {
    const { statusCode, headers, rawPayload } = await lab.get('/units/');
    expect([statusCode, headers['content-type'], headers['content-length'], rawPayload.length]).to.deep.equal([
      307,
      undefined,
      '0',
      0,
    ]);
  });

  it('owns its /docs, whose files come from this port', async () => {
    const { headers, body } = await lab.get('/docs');
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    expect(files).to.deep.equal(['/busbar/docs/static/swagger-ui.css', '/busbar/docs/static/swagger-ui-bundle.js']);
  });
});
