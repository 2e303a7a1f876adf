import { expect } from 'chai';
import { docsSection } from '../../../connectors/rest/docs-section.js';
import { RestLab } from './rest-lab.js';

const DOCS = '/busbar/docs';

describe('the page that explains the REST interface', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    await lab.open([docsSection()]);
  });
  afterEach(() => lab.close());

  it('is found without its slash, behind any proxy', async () => {
    const { statusCode, headers } = await lab.get(DOCS);
    expect([statusCode, headers.location]).to.deep.equal([308, 'docs/']);
  });

  it('loads its own files and nothing from elsewhere', async () => {
    const { body, headers } = await lab.get(`${DOCS}/`);
    const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files).to.have.length(4);
    for (const file of files) expect((await lab.get(`${DOCS}/${file}`)).statusCode, file).to.equal(200);
    expect(headers['content-security-policy']).to.match(/^default-src 'self';/);
    expect(`${body}${(await lab.get(`${DOCS}/start.js`)).body}`).to.not.contain('//');
  });

  it('begins with the document of this station', async () => {
    expect((await lab.get(`${DOCS}/start.js`)).body).to.contain("url: '../openapi.json'");
  });

  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    it(`has static/${file} for the pages of dialects, too`, async () => {
      const { statusCode, headers } = await lab.get(`${DOCS}/static/${file}`);
      expect([statusCode, headers['x-content-type-options']]).to.deep.equal([200, 'nosniff']);
    });
  }

  it('has nothing else of the package', async () => {
    for (const path of ['../package.json', '%2e%2e/package.json', '', 'index.html', 'none.js']) {
      expect((await lab.get(`${DOCS}/static/${path}`)).statusCode, path).to.equal(404);
    }
  });
});
