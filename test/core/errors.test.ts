import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { errorCodes, HardwareError, isErrorCode, problem, toProblem } from '../../core/errors.js';

const page = readFileSync(new URL('../../docs/protocols/errors.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code = '', meaning, retry, advice, http]) => ({
    code: code.replaceAll('`', ''),
    meaning,
    retry,
    advice,
    http,
  }));

describe('the table of errors', () => {
  it('is the same in docs/protocols/errors.md: each code with its meaning, and no other', () => {
    const ours = Object.entries(errorCodes).map(([code, { meaning, retryable }]) => ({
      code,
      meaning,
      retry: retryable ? 'yes' : 'no',
    }));
    expect(rows.map(({ code, meaning, retry }) => ({ code, meaning, retry }))).to.deep.equal(ours);
  });

  it('says for each code what to do, and its HTTP status', () => {
    for (const { code, advice, http } of rows) {
      expect(advice, code).to.have.length.above(10);
      expect(http, code).to.match(/^[45]\d\d$/);
    }
  });

  it('knows its codes', () => {
    expect(['BUSY', 'busy', 'toString', ''].map(isErrorCode)).to.deep.equal([true, false, false, false]);
  });
});

describe('toProblem', () => {
  it('keeps code, text and details of a HardwareError', () => {
    const error = new HardwareError('TIMEOUT', 'no answer', { details: { attempt: 2 }, cause: new Error('socket') });
    expect(toProblem(error)).to.deep.equal(problem('TIMEOUT', 'no answer', { attempt: 2 }));
    expect(error.code).to.equal('TIMEOUT');
    expect(error.cause).to.be.instanceOf(Error);
  });

  it('takes everything else for a defect', () => {
    const thrown = [new TypeError('x is undefined'), 'text', undefined, null, 7];
    expect(thrown.map(toProblem)).to.deep.equal(
      ['x is undefined', 'text', 'undefined', 'null', '7'].map((message) => problem('INTERNAL', message)),
    );
  });

  it('gives plain data', () => {
    expect(() => structuredClone(toProblem(new HardwareError('BUSY', 'busy')))).to.not.throw();
  });
});
