import { expect } from 'chai';
import { socketsSection, type SocketsOptions } from '../../../connectors/http/sockets-section.js';
import { RestLab } from '../rest/rest-lab.js';

describe('the WebSockets of a port', () => {
  let lab: RestLab;
  beforeEach(() => {
    lab = new RestLab();
  });
  afterEach(() => lab.close());

  const native: SocketsOptions = { native: true, outboxBytes: 2 ** 20, allowedOrigins: [], allowedHosts: [] };
  const all: SocketsOptions = {
    ...native,
    channel: { blocks: { 1: 'psu/1' }, errorCode: 5, answers: 'everyone', errors: 'everyone' },
  };
  const claimed = (options: SocketsOptions, path: string): boolean => {
    const { upgrades = [] } = socketsSection(lab.part, options);
    return upgrades.some(({ claims }) => claims(path));
  };

  it('are announced with their addresses', () => {
    const section = socketsSection(lab.part, all);
    expect(section.listeners?.('http://127.0.0.1:8080')).to.deep.equal([
      { name: 'native', url: 'ws://127.0.0.1:8080/busbar/ws' },
      { name: 'channel', url: 'ws://127.0.0.1:8080/channel' },
    ]);
  });

  for (const [path, isIt] of [
    ['/busbar/ws', true],
    ['/busbar/ws/', false],
    ['/channel', true],
    ['/behind/a/proxy/channel', true],
    ['/busbar/api', false],
  ] as const) {
    it(`are ${isIt ? '' : 'not '}at ${path}`, () => {
      expect(claimed(all, path)).to.equal(isIt);
    });
  }

  it('are those of the config alone', () => {
    expect(claimed(native, '/channel')).to.be.false;
    expect(claimed({ ...native, native: false }, '/busbar/ws')).to.be.false;
  });
});
