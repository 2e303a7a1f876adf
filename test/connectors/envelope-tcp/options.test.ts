import { expect } from 'chai';
import { envelopeTcpKind } from '../../../connectors/envelope-tcp/connector.js';
import { readOptions } from '../../../connectors/envelope-tcp/options.js';
import type { JsonObject } from '../../../core/json-value.js';
import { createCompiler } from '../../../schemas/compiler.js';

const violationsOf = createCompiler()(envelopeTcpKind.optionsSchema);
const blocks = { '1': 'hv/1' };

describe('the options of envelope-tcp', () => {
  it('need nothing but the blocks', () => {
    expect(violationsOf({ blocks })).to.deep.equal([]);
    expect(violationsOf({})[0]?.message).to.match(/blocks/);
  });

  it('are Online’s port and the original’s ways unless given', () => {
    expect(readOptions({ blocks })).to.include({
      host: '127.0.0.1',
      port: 5555,
      errorCode: 5,
      answers: 'everyone',
      errors: 'everyone',
      maxConnections: 256,
      maxMetaBytes: 65_536,
      maxDataBytes: 67_108_864,
      outboxBytes: 1_048_576,
    });
  });

  it('show the defaults that are used', () => {
    const properties = envelopeTcpKind.optionsSchema['properties'] as Readonly<Record<string, JsonObject>>;
    const shown = Object.entries(properties).flatMap(([name, schema]) =>
      name === 'blocks' ? [] : [[name, schema['default']]],
    );
    expect({ blocks, ...Object.fromEntries(shown) }).to.deep.equal(readOptions({ blocks }));
  });

  for (const [what, options] of [
    ['a block without a number', { blocks: { one: 'hv/1' } }],
    ['no block', { blocks: {} }],
    ['an address of three parts', { blocks: { '1': 'hv/1/voltage' } }],
    ['a dialect that is not known', { blocks, dialect: 'native' }],
    ['another code than 5 and 6', { blocks, errorCode: 8 }],
    ['a port beyond 65535', { blocks, port: 70_000 }],
    ['a name that is not known', { blocks, prot: 5555 }],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(violationsOf(options)).to.not.deep.equal([]);
    });
  }

  it('say which dialect there is', () => {
    expect(violationsOf({ blocks, dialect: 'native' })[0]?.message).to.include('online');
  });
});
