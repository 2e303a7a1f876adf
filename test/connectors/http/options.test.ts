import { expect } from 'chai';
import { httpOptionsSchema, readHttpOptions } from '../../../connectors/http/options.js';
import { optionsSchema as websocketSchema, readOptions } from '../../../connectors/websocket/options.js';
import type { JsonObject } from '../../../core/json-value.js';
import { createCompiler } from '../../../schemas/compiler.js';

const problemsOf = (schema: JsonObject, options: JsonObject): number => createCompiler()(schema)(options).length;

describe('the options of an HTTP port', () => {
  it('have everything of ours switched on, on this computer alone', () => {
    const { console, native, api, docs, metrics, health, host, port } = readHttpOptions({});
    expect([console, native, api, docs, metrics, health]).to.deep.equal(Array<boolean>(6).fill(true));
    expect([host, port]).to.deep.equal(['127.0.0.1', 8080]);
  });

  it('have no foreign words unless a config gives them', () => {
    expect(readHttpOptions({})).to.not.have.any.keys('channel', 'psudaemon');
  });

  it('answer everyone at /channel, as the HV server did', () => {
    const { channel } = readHttpOptions({ channel: { blocks: { 1: 'hv/1' } } });
    expect(channel).to.deep.equal({ blocks: { 1: 'hv/1' }, errorCode: 5, answers: 'everyone', errors: 'everyone' });
  });

  for (const [what, options] of [
    ['an unknown option', { surprise: 1 }],
    ['a port that is none', { port: 65_536 }],
    ['a flag that is none', { api: 'yes' }],
    ['a channel without blocks', { channel: {} }],
    ['no connections at all', { maxConnections: 0 }],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(problemsOf(httpOptionsSchema, options)).to.be.above(0);
    });
  }
});

describe('the options of the kind websocket', () => {
  it('are those of an HTTP port that were there first', () => {
    const options = { console: false, native: true, channel: { blocks: { 1: 'hv/1' } }, port: 0 };
    expect(problemsOf(websocketSchema, options)).to.equal(0);
    expect(problemsOf(websocketSchema, { api: true })).to.equal(1);
    expect(readOptions(options)).to.deep.include({ console: false, port: 0 });
  });
});
