import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { psudaemonOpenApi } from '../../../connectors/dialects/psudaemon-openapi.js';

describe("PSUDaemon's OpenAPI document", () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...psudaemonOpenApi });
    expect(valid, JSON.stringify(errors)).to.be.true;
  }).timeout(10_000);
});
