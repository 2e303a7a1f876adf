import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { openApiDocument } from '../../../connectors/rest/openapi.js';
import { restSection } from '../../../connectors/rest/rest-section.js';
import { isJsonObject, type Json, type JsonObject } from '../../../core/json-value.js';
import { statusOf } from '../../../connectors/transports/http-problem.js';
import { hvKind } from '../../../managers/hv/hv.kind.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { bodyOf, RestLab } from './rest-lab.js';

/** Compiles the schema of OpenAPI first. */
const VALIDATOR_MS = 10_000;
const PATH = '/busbar/openapi.json';
const methods = ['get', 'put', 'post', 'delete', 'patch'];

/** Every operation of a document: method, path as written, what it says. */
const operationsOf = ({ paths }: JsonObject): readonly (readonly [string, string, JsonObject])[] =>
  Object.entries(isJsonObject(paths) ? paths : {}).flatMap(([path, item]) =>
    Object.entries(isJsonObject(item) ? item : {}).flatMap(([method, operation]) =>
      methods.includes(method) && isJsonObject(operation) ? [[method, path, operation] as const] : [],
    ),
  );

const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((found, key) => (isJsonObject(found) ? found[key] : undefined), value);

const SETPOINT = '/busbar/api/managers/psu/channels/{channel}/readings/voltageSetpoint';
const SET = '/busbar/api/managers/psu/channels/{channel}/commands/setNow';

describe('the OpenAPI document', () => {
  let lab: RestLab;
  beforeEach(async () => {
    lab = new RestLab();
    for (const [kind, name, options] of [
      [hvKind, 'hv', { blocks: 2 }],
      [psuKind, 'bench', { driver: 'virtual' }],
    ] as const) {
      lab.bus.attach(kind.create(options, lab.context(name)));
    }
    await lab.open([restSection(lab.part, { allowedOrigins: [], allowedHosts: [], outboxBytes: 2 ** 20 })]);
  });
  afterEach(() => lab.close());

  const document = async (): Promise<JsonObject> => bodyOf(await lab.get(PATH));

  it('is valid OpenAPI 3.1, with managers of several kinds', async () => {
    const { valid, errors } = await new Validator().validate({ ...(await document()) });
    expect(valid, JSON.stringify(errors)).to.be.true;
  }).timeout(VALIDATOR_MS);

  it('is valid for a station without any manager', async () => {
    const empty = openApiDocument([], { name: 'empty', version: '1' });
    expect((await new Validator().validate({ ...empty })).valid).to.be.true;
  }).timeout(VALIDATOR_MS);

  it('refers to nothing that is not there', async () => {
    const whole = await document();
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(references).to.not.be.empty;
    for (const path of new Set(references)) expect(at(whole, ...path.split('/')), path).to.be.an('object');
  });

  it('has a name of its own for every operation', async () => {
    const ids = operationsOf(await document()).map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('names the variables of each path, and no others', async () => {
    const whole = await document();
    for (const [, path, operation] of operationsOf(whole)) {
      const item = at(whole, 'paths', path, 'parameters');
      const all = [item, operation['parameters']].flatMap((list) =>
        Array.isArray(list) ? (list as readonly Json[]) : [],
      );
      const named = all.flatMap((parameter) => {
        const ref = at(parameter, '$ref');
        const found = typeof ref === 'string' ? at(whole, ...ref.slice(2).split('/')) : parameter;
        return at(found, 'in') === 'path' ? [at(found, 'name')] : [];
      });
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named, path).to.have.members(wanted);
    }
  });

  it('promises nothing that the port does not answer', async () => {
    const variables = { manager: 'psu', channel: '1', parameter: 'voltage', command: 'refresh' };
    for (const [method, path] of operationsOf(await document())) {
      if (path.includes('/managers/bench/') || path.endsWith('/events')) continue; // known once online; without end
      const url = Object.entries(variables).reduce((text, [name, value]) => text.replace(`{${name}}`, value), path);
      const isReading = method === 'get';
      const answer = await (isReading ? lab.get(url) : lab.request(method === 'put' ? 'PUT' : 'POST', url, {}));
      const { code } = answer.statusCode === 200 ? {} : bodyOf(answer);
      expect(code, `${method} ${url}`).to.not.be.oneOf(['BAD_COMMAND', 'METHOD_NOT_ALLOWED', 'UNKNOWN_MANAGER']);
      if (code === 'NOT_FOUND') expect(bodyOf(answer)['detail']).to.contain('has not been read yet');
    }
  });

  it('has value, unit and limits of what can be set, and the channels there are', async () => {
    const item = at(await document(), 'paths', SETPOINT);
    expect(at(item, 'put', 'description')).to.match(/Unit V\n\nLimits of channel 1: `value` 0\.\.25/);
    expect(at(item, 'parameters')).to.have.nested.property('[0].schema.enum').deep.equal(['1', '2']);
    const schema = ['put', 'requestBody', 'content', 'application/json', 'schema'];
    expect(at(item, ...schema, 'properties', 'value', 'type')).to.equal('number');
  });

  it('offers no writing of what is measured', async () => {
    expect(at(await document(), 'paths', SETPOINT.replace('Setpoint', ''))).to.not.have.property('put');
  });

  it('has the arguments of a command, and what they are in', async () => {
    const whole = await document();
    expect(at(whole, 'paths', SET, 'post', 'description')).to.contain('Units: `voltage` in V.');
    expect(at(whole, 'components', 'schemas', 'psu.setNow', 'required')).to.deep.equal(['voltage']);
    expect(at(whole, 'paths', SET, 'post', 'requestBody', 'required')).to.be.true;
  });

  it('has every code that a problem can have', async () => {
    const codes = at(await document(), 'components', 'schemas', 'Problem', 'properties', 'code', 'enum');
    expect(codes).to.have.members(Object.keys(statusOf));
  });

  it('is sent once while no manager changes, and made anew when one does', async () => {
    const tag = String((await lab.get(PATH)).headers.etag);
    expect((await lab.get(PATH, { 'if-none-match': tag })).statusCode).to.equal(304);
    lab.table.unplug();
    await lab.clock.pass(100);
    const anew = await lab.get(PATH, { 'if-none-match': tag });
    expect(anew.statusCode).to.equal(200);
    expect(anew.headers.etag).to.not.equal(tag);
  });
});
