import { expect } from 'chai';
import { problemDetails, statusOf, thrownProblem } from '../../../connectors/transports/http-problem.js';
import { errorCodes, HardwareError } from '../../../core/errors.js';

describe('problem details', () => {
  it('have every code of the table, and a status that is an error', () => {
    expect(Object.keys(statusOf)).to.include.members(Object.keys(errorCodes));
    for (const [code, status] of Object.entries(statusOf)) expect(status, code).to.be.within(400, 599);
  });

  it('say what it is by a stable code, to a program and to a person', () => {
    const details = { limit: 25 };
    expect(problemDetails({ code: 'OUT_OF_RANGE', message: '26 V is outside 0..25 V', details })).to.deep.equal({
      type: 'urn:busbar:error:OUT_OF_RANGE',
      title: 'Outside the limits',
      status: 422,
      detail: '26 V is outside 0..25 V',
      code: 'OUT_OF_RANGE',
      details,
    });
  });

  it('have no details where there are none', () => {
    expect(problemDetails({ code: 'BUSY', message: 'busy' })).to.not.have.property('details');
  });

  for (const [what, thrown, code] of [
    ['ours', new HardwareError('LOCKED', 'by somebody'), 'LOCKED'],
    ['a body that fastify refuses', Object.assign(new Error('bad'), { statusCode: 400 }), 'BAD_MESSAGE'],
    ['one that is too large', Object.assign(new Error('big'), { statusCode: 413 }), 'TOO_LARGE'],
    ['one in another format', Object.assign(new Error('form'), { statusCode: 415 }), 'UNSUPPORTED_MEDIA'],
    ['a defect', new TypeError('undefined is not a function'), 'INTERNAL'],
    ['no error at all', 'a text', 'INTERNAL'],
    ['nothing', undefined, 'INTERNAL'],
  ] as const) {
    it(`call ${what} ${code}`, () => {
      expect(thrownProblem(thrown).code).to.equal(code);
    });
  }
});
