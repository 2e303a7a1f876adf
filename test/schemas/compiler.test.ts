import { expect } from 'chai';
import { createCompiler } from '../../schemas/compiler.js';

const schema = {
  type: 'object',
  properties: {
    voltage: { type: 'number', minimum: 0, maximum: 10 },
    mode: { enum: ['slow', 'fast'] },
    level: { type: 'integer', default: 3 },
    either: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
  },
  required: ['voltage'],
  additionalProperties: false,
};

describe('the schema compiler', () => {
  const check = createCompiler()(schema);
  const messageFor = (value: Parameters<typeof check>[0]) => check(value)[0]?.message;

  it('finds nothing wrong with what fits', () => {
    expect(check({ voltage: 5 })).to.deep.equal([]);
  });

  it('says what is wrong, where, and what is allowed', () => {
    expect(check({ voltage: 11 })).to.deep.equal([
      {
        path: '/voltage',
        keyword: 'maximum',
        message: 'must be <= 10, not 11',
        params: { comparison: '<=', limit: 10 },
      },
    ]);
  });

  it('takes neither NaN nor an infinity for a number', () => {
    expect([NaN, Infinity, -Infinity].map((voltage) => check({ voltage }).length)).to.deep.equal([1, 1, 1]);
  });

  it('does not turn text into numbers', () => {
    expect(messageFor({ voltage: '5' })).to.equal('must be a number, not "5"');
  });

  it('names what is missing', () => {
    expect(messageFor({})).to.equal('needs "voltage"');
  });

  it('guesses the word that was meant', () => {
    expect([messageFor({ voltage: 1, mode: 'fst' }), messageFor({ voltage: 1, mde: 'fast' })]).to.deep.equal([
      'must be one of slow, fast, not "fst"; did you mean "fast"?',
      'unknown "mde"; known: voltage, mode, level, either; did you mean "mode"?',
    ]);
  });

  it('names both types that would do', () => {
    expect(messageFor({ voltage: 1, either: 'x' })).to.equal('must be a whole number or a list, not "x"');
  });

  describe('of a tagged choice', () => {
    const branch = (kind: string, size: string) => ({
      properties: { kind: { const: kind }, [size]: { type: 'integer' } },
      required: ['kind', size],
      additionalProperties: false,
    });
    const ofShape = createCompiler({ allErrors: true })({
      type: 'object',
      discriminator: { propertyName: 'kind' },
      oneOf: [branch('circle', 'radius'), branch('square', 'side')],
    });
    const messages = (value: Parameters<typeof ofShape>[0]) => ofShape(value).map(({ message }) => message);

    it('finds fault with the branch that was chosen, not with the others', () => {
      expect(messages({ kind: 'square', side: 1 })).to.deep.equal([]);
      expect(messages({ kind: 'square', sid: 1 })).to.deep.equal([
        'needs "side"',
        'unknown "sid"; known: kind, side; did you mean "side"?',
      ]);
    });

    it('names the choices', () => {
      expect([messages({ kind: 'squar' }), messages({})]).to.deep.equal([
        ['kind: must be one of circle, square, not "squar"; did you mean "square"?'],
        ['kind: is missing; must be one of circle, square'],
      ]);
    });
  });

  it('never shows a whole payload', () => {
    expect(messageFor({ voltage: 'x'.repeat(10_000) })).to.have.length.below(120);
  });

  it('stops at the first violation unless all are asked for', () => {
    const all = createCompiler({ allErrors: true })(schema);
    const value = { voltage: -1, mode: 'none' };
    expect([check(value).length, all(value).length]).to.deep.equal([1, 2]);
  });

  it('fills in defaults only where it is told to', () => {
    const [plain, filled] = [{ voltage: 1 }, { voltage: 1 }];
    check(plain);
    createCompiler({ useDefaults: true })(schema)(filled);
    expect([plain, filled]).to.deep.equal([{ voltage: 1 }, { voltage: 1, level: 3 }]);
  });

  it('reads draft-07 where a schema says so', () => {
    const list = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] };
    expect(createCompiler()(list)(['x'])).to.have.length(1);
  });

  it('reads draft 2020-12 elsewhere', () => {
    expect(createCompiler()({ prefixItems: [{ type: 'number' }] })(['x'])).to.have.length(1);
  });

  it('compiles a schema with an $id again and again, as restarts do', () => {
    const compile = createCompiler();
    const named = () => compile({ $id: 'https://busbar.example/x', type: 'number' });
    expect([named()(1), named()(2)]).to.deep.equal([[], []]);
  });

  it('refuses a schema with a keyword that does not exist: a slip of ours', () => {
    expect(() => createCompiler()({ maxium: 3 })(1)).to.throw(/unknown keyword/);
  });
});
