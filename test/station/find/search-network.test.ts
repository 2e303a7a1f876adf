import { decode, encode } from 'dns-packet';
import { expect } from 'chai';
import { seededRandom } from '../../../core/random.js';
import { decodeCall, encodeReply } from '../../../core/wire/onc-rpc.js';
import { getPort } from '../../../core/wire/portmapper.js';
import { encodeXdr } from '../../../core/wire/xdr.js';
import { broadcastOf, isNear } from '../../../station/find/interfaces.js';
import { searchMdns, searchPortmappers, type NetworkSearch } from '../../../station/find/search-network.js';
import type { Datagram } from '../../../station/find/udp.js';
import { inFakeTime } from '../../managers/links/in-fake-time.js';
import { FakeClock } from '../../support/fake-clock.js';

const LAN = { address: '10.0.0.2', netmask: '255.255.255.0', internal: false };
const SELF = { address: '127.0.0.1', netmask: '255.0.0.0', internal: true };
const LIMIT_MS = 1_000;

describe('looking around in the network', () => {
  let clock: FakeClock;
  let sent: (readonly [host: string, port: number, bytes: Uint8Array])[];
  let answer: (bytes: Uint8Array, say: (from: Datagram) => void) => void;
  let open: number;
  let problems: string[];
  beforeEach(() => {
    clock = new FakeClock();
    [sent, answer, open, problems] = [[], () => undefined, 0, []];
  });
  afterEach(() => {
    const { pending } = clock;
    clock.uninstall();
    expect([open, pending]).to.deep.equal([0, 0]);
  });

  const around = (more: Partial<NetworkSearch> = {}): NetworkSearch => ({
    clock,
    random: seededRandom(1),
    limitMs: LIMIT_MS,
    signal: new AbortController().signal,
    onProblem: (problem) => problems.push(problem),
    openUdp: (_address, onDatagram) => {
      open += 1;
      return Promise.resolve({
        send: (bytes, port, host) => {
          sent.push([host, port, bytes]);
          answer(bytes, onDatagram);
        },
        close: () => {
          open -= 1;
          return Promise.resolve();
        },
      });
    },
    ...more,
  });

  describe('for portmappers', () => {
    const mapped = (question: Uint8Array, port: number, by = 0): Uint8Array => {
      const asked = decodeCall(question);
      if (asked.type !== 'call') throw new Error('no call');
      return encodeReply({
        xid: asked.xid + by,
        outcome: { type: 'success', results: encodeXdr(getPort.result, port) },
      });
    };

    it('asks everybody twice, and gives those who serve VXI-11', async () => {
      answer = (bytes, say) => {
        say({ bytes: mapped(bytes, 1024), address: '10.0.0.5', port: 111 });
        say({ bytes: mapped(bytes, 0), address: '10.0.0.6', port: 111 });
        say({ bytes: mapped(bytes, 1024), address: '10.0.0.7', port: 111 });
      };
      expect(await inFakeTime(clock, searchPortmappers(LAN, around()))).to.deep.equal(['10.0.0.5', '10.0.0.7']);
      expect(sent.map(([host, port]) => [host, port])).to.deep.equal([
        ['10.0.0.255', 111],
        ['10.0.0.255', 111],
      ]);
    });

    it('believes no answer to another question, none from far away, and no rubbish', async () => {
      answer = (bytes, say) => {
        say({ bytes: mapped(bytes, 1024, 1), address: '10.0.0.5', port: 111 });
        say({ bytes: mapped(bytes, 1024), address: '203.0.113.9', port: 111 });
        say({ bytes: mapped(bytes, 70_000), address: '10.0.0.5', port: 111 });
        say({ bytes: mapped(bytes, 1024).subarray(0, 20), address: '10.0.0.5', port: 111 });
        say({ bytes: new Uint8Array(0), address: '10.0.0.5', port: 111 });
      };
      expect(await inFakeTime(clock, searchPortmappers(LAN, around()))).to.deep.equal([]);
    });

    it('asks this computer itself, and another port where one is named', async () => {
      await inFakeTime(clock, searchPortmappers(SELF, around(), 1111));
      expect(sent[0]?.slice(0, 2)).to.deep.equal(['127.0.0.1', 1111]);
    });

    it('is over when it is ended', async () => {
      const ending = new AbortController();
      const searching = searchPortmappers(LAN, around({ signal: ending.signal }));
      await clock.pass(10);
      ending.abort();
      expect(await searching).to.deep.equal([]);
      expect(problems).to.deep.equal([]);
    });

    it('says where it could not ask, and gives nobody', async () => {
      const openUdp = () => Promise.reject(new Error('EADDRNOTAVAIL'));
      expect(await inFakeTime(clock, searchPortmappers(LAN, around({ openUdp })))).to.deep.equal([]);
      expect(problems).to.deep.equal(['nothing can be asked from 10.0.0.2: EADDRNOTAVAIL']);
    });
  });

  describe('for announcements', () => {
    const name = 'X-1._hislip._tcp.local';
    const pointer = encode({ type: 'response', answers: [{ type: 'PTR', name: '_hislip._tcp.local', data: name }] });
    const place = encode({
      type: 'response',
      answers: [
        { type: 'SRV', name, data: { port: 4881, target: 'x.local' } },
        { type: 'TXT', name, data: ['a=b'] },
        { type: 'A', name: 'x.local', data: '10.0.0.5' },
      ],
    });

    it('asks the group, and then for what was left out', async () => {
      answer = (bytes, say) => {
        const isAboutAll = decode(Buffer.from(bytes)).questions?.[0]?.type === 'PTR';
        say({ bytes: isAboutAll ? pointer : place, address: '10.0.0.5', port: 5353 });
      };
      const found = await inFakeTime(clock, searchMdns(LAN, around()));
      expect(found).to.have.lengthOf(1);
      expect(found[0]).to.include({ service: '_hislip._tcp', name: 'X-1', address: '10.0.0.5', port: 4881 });
      expect(sent.map(([host, port]) => `${host}:${port}`)).to.deep.equal(
        Array.from({ length: 4 }, () => '224.0.0.251:5353'),
      );
    });

    it('believes nobody who does not speak from the port of multicast DNS', async () => {
      answer = (_bytes, say) => {
        say({ bytes: pointer, address: '10.0.0.5', port: 40_000 });
      };
      expect(await inFakeTime(clock, searchMdns(LAN, around()))).to.deep.equal([]);
    });

    it('reads 4096 datagrams and no more', async () => {
      answer = (bytes, say) => {
        for (let count = 0; count < 5_000; count += 1)
          say({ bytes: new Uint8Array(0), address: '10.0.0.5', port: 5353 });
        say({ bytes: pointer, address: '10.0.0.5', port: 5353 });
        answer = () => undefined;
      };
      expect(await inFakeTime(clock, searchMdns(LAN, around()))).to.deep.equal([]);
    });
  });
});

describe('an address of this computer', () => {
  it('is near what is in its network', () => {
    expect(isNear(LAN, '10.0.0.77')).to.equal(true);
    expect(isNear(LAN, '10.0.1.77')).to.equal(false);
    expect(isNear({ ...LAN, address: '200.1.2.3', netmask: '128.0.0.0' }, '255.0.0.1')).to.equal(true);
    for (const text of ['', 'psu1', '10.0.0', '10.0.0.256', '::1']) expect(isNear(LAN, text), text).to.equal(false);
  });

  it('reaches everybody by its broadcast, and itself by itself', () => {
    expect(broadcastOf(LAN)).to.equal('10.0.0.255');
    expect(broadcastOf({ ...LAN, address: '200.1.2.3', netmask: '255.255.252.0' })).to.equal('200.1.3.255');
    expect(broadcastOf(SELF)).to.equal('127.0.0.1');
  });
});
