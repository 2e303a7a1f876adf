import { expect } from 'chai';
import { canonicalResource, parseResource } from '../../../core/wire/visa-resource.js';
import type { Announcement } from '../../../station/find/announcements.js';
import type { LocalDevice } from '../../../station/find/local-devices.js';
import { search, type SearchContext, type SearchOptions, type SearchResult } from '../../../station/find/search.js';
import type { Trial } from '../../../station/find/trial.js';
import { tryHost } from '../../../station/find/try-host.js';
import { waysTo, type Ways } from '../../../station/find/ways.js';

const ways: Ways = {
  ports: [
    { port: 5025, writeTermination: '\n' },
    { port: 9221, writeTermination: '\r\n' },
  ],
  hislipPort: 4880,
};
const announcing = (service: Announcement['service'], address: string, port = 1): Announcement => ({
  service,
  name: 'X-1',
  address,
  port,
  facts: new Map(),
});
const device = (resource: string, path: string): LocalDevice => ({
  resource: parseResource(resource),
  path,
  description: '',
});

describe('a search', () => {
  let asked: string[];
  let words: string[];
  /** By resource; all else is absent. */
  let answers: Readonly<Record<string, 'answered' | 'silent'>>;
  let isMute: boolean;
  let running: number;
  let most: number;
  beforeEach(() => {
    [asked, words, answers, isMute, running, most] = [[], [], {}, false, 0, 0];
  });

  const context = (more: Partial<SearchContext> = {}): SearchContext => ({
    ask: async ({ resource, writeTermination, baudRate }): Promise<Trial> => {
      const name = canonicalResource(resource);
      asked.push([name, writeTermination, baudRate].filter((part) => part !== undefined).join(' '));
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      const type = answers[name];
      if (type === 'answered') return { type, resource, answer: 'ACME,X-1,42,1.0' };
      if (type === 'silent') return { type, resource, problem: 'it says nothing' };
      return { type: 'absent', resource, isMute, problem: 'nobody' };
    },
    localAddresses: [{ address: '10.0.0.2', netmask: '255.255.255.0', internal: false }],
    searchMdns: () => Promise.resolve([]),
    searchPortmappers: () => Promise.resolve([]),
    serialPorts: () => Promise.resolve([device('ASRL/dev/ttyS0::INSTR', '/dev/ttyS0')]),
    usbtmcDevices: () => Promise.resolve([device('USB::1::2::MY1::INSTR', '/dev/usbtmc0')]),
    usedBy: () => undefined,
    onProgress: (said) => words.push(said),
    signal: new AbortController().signal,
    ...more,
  });
  const find = (options: Partial<SearchOptions> = {}, more: Partial<SearchContext> = {}): Promise<SearchResult> =>
    search({ hosts: [], ...ways, ...options }, context(more));
  const usb = 'USB0::0x0001::0x0002::MY1::0::INSTR';
  const allOf = (host: string): readonly string[] => [
    `TCPIP0::${host}::5025::SOCKET \n`,
    `TCPIP0::${host}::9221::SOCKET \r\n`,
    `TCPIP0::${host}::inst0::INSTR`,
    `TCPIP0::${host}::hislip0,4880::INSTR`,
  ];

  it('tries the given hosts in every way, and nothing else', async () => {
    await find({ hosts: ['a', 'b'] });
    expect([...asked].sort()).to.deep.equal([...allOf('a'), ...allOf('b')].sort());
  });

  it('keeps what answers and what is silent, and says when something answers', async () => {
    answers = { 'TCPIP0::a::5025::SOCKET': 'answered', 'TCPIP0::a::inst0::INSTR': 'silent' };
    const { trials } = await find({ hosts: ['a'] });
    expect(trials.map(({ type, resource }) => [type, canonicalResource(resource)])).to.deep.equal([
      ['answered', 'TCPIP0::a::5025::SOCKET'],
      ['silent', 'TCPIP0::a::inst0::INSTR'],
    ]);
    expect(words).to.deep.equal(['asking at 1 address', 'TCPIP0::a::5025::SOCKET answers']);
  });

  it('does not ask what somebody uses', async () => {
    const usedBy = (resource: Parameters<SearchContext['usedBy']>[0]) =>
      resource.type === 'socket' ? 'manager psu1' : undefined;
    const { trials } = await find({ hosts: ['a'] }, { usedBy });
    expect(asked).to.deep.equal(allOf('a').slice(2));
    expect(trials[0]).to.include({ type: 'inUse', by: 'manager psu1' });
  });

  it('has 32 hosts under way at a time, and one try at each', async () => {
    await find({ hosts: Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`) });
    expect(most).to.equal(32);
    expect(asked).to.have.lengthOf(400);
    expect(words).to.include('96 of 100 addresses tried');
  });

  it('says at most ten times how far it is', async () => {
    await find({ hosts: Array.from({ length: 1_000 }, (_, index) => `h${index}`), ports: [] });
    expect(words.filter((said) => said.includes('tried'))).to.have.lengthOf(10);
  });

  it('looks around where no place is given: who announces itself, and who has a portmapper', async () => {
    await find(
      {},
      {
        searchMdns: () =>
          Promise.resolve([announcing('_scpi-raw._tcp', '10.0.0.5', 5026), announcing('_lxi._tcp', '10.0.0.6', 80)]),
        searchPortmappers: () => Promise.resolve(['10.0.0.5', '10.0.0.7']),
      },
    );
    const wanted = [...allOf('10.0.0.5'), 'TCPIP0::10.0.0.5::5026::SOCKET', ...allOf('10.0.0.6'), ...allOf('10.0.0.7')];
    expect([...asked].sort()).to.deep.equal([...wanted, usb].sort());
  });

  it('shows what was announced by a host that does not answer', async () => {
    const searchMdns = () =>
      Promise.resolve([announcing('_lxi._tcp', '10.0.0.5'), announcing('_lxi._tcp', '10.0.0.6')]);
    answers = { 'TCPIP0::10.0.0.5::5025::SOCKET': 'answered' };
    const { announced } = await find({}, { searchMdns });
    expect(announced.map(({ address }) => address)).to.deep.equal(['10.0.0.6']);
  });

  it('asks USB instruments, and only lists serial ports', async () => {
    answers = { [usb]: 'answered' };
    const { trials, serialPorts } = await find();
    expect(asked).to.deep.equal([usb]);
    expect(trials).to.have.lengthOf(1);
    expect(serialPorts.map(({ path }) => path)).to.deep.equal(['/dev/ttyS0']);
  });

  it('asks serial ports where that is wanted, and says what keeps it off', async () => {
    const { trials, serialPorts } = await find({ hosts: ['a'], ports: [], baudRate: 19_200 });
    expect(asked).to.include('ASRL/dev/ttyS0::INSTR \r\n 19200');
    expect(asked).not.to.include(usb);
    expect(trials).to.deep.equal([
      { type: 'silent', resource: parseResource('ASRL/dev/ttyS0::INSTR'), problem: 'nobody' },
    ]);
    expect(serialPorts).to.deep.equal([]);
  });

  it('lists a serial port that somebody uses as used', async () => {
    const { trials, serialPorts } = await find(
      {},
      { usedBy: ({ type }) => (type === 'serial' ? 'process 17' : undefined) },
    );
    expect(trials.map(({ type }) => type)).to.deep.equal(['silent', 'inUse']);
    expect(serialPorts).to.deep.equal([]);
  });

  it('knows a USB instrument that is used by its device file', async () => {
    await find({}, { usedBy: (resource) => (resource.type === 'usbtmc-file' ? 'process 17' : undefined) });
    expect(asked).to.deep.equal([]);
  });

  it('comes to what it has when it is ended', async () => {
    const ending = new AbortController();
    answers = { 'TCPIP0::a::5025::SOCKET': 'answered' };
    const onProgress = (): void => {
      if (asked.length > 0) ending.abort();
    };
    const hosts = ['a', ...Array.from({ length: 100 }, (_, index) => `h${index}`)];
    const { trials } = await find({ hosts }, { signal: ending.signal, onProgress });
    expect(trials).to.have.lengthOf(1);
    expect(asked.length).to.be.at.most(32);
  });

  describe('at one host', () => {
    it('makes one try after the other', async () => {
      await tryHost(waysTo('a', ways), (target) => context().ask(target, AbortSignal.any([])), AbortSignal.any([]));
      expect(most).to.equal(1);
    });

    it('makes all at once where not even a refusal comes back', async () => {
      isMute = true;
      const trials = await tryHost(
        waysTo('a', ways),
        (target) => context().ask(target, AbortSignal.any([])),
        AbortSignal.any([]),
      );
      expect([most, trials.length]).to.deep.equal([3, 4]);
    });

    it('tries what is announced once, also when it is usual', () => {
      const announced = [announcing('_scpi-raw._tcp', 'a', 5025), announcing('_hislip._tcp', 'a', 4881)];
      const names = waysTo('a', ways, announced).map(({ resource }) => canonicalResource(resource));
      expect(names.slice(4)).to.deep.equal(['TCPIP0::a::hislip0,4881::INSTR']);
    });
  });
});
