import { decode, encode, type Answer, type Packet } from 'dns-packet';
import { expect } from 'chai';
import fc from 'fast-check';
import { Announcements } from '../../../station/find/announcements.js';

const NEAR = '10.0.0.5';
const SUPPLY = 'Keysight E36313A._scpi-raw._tcp.local';

const saying = (answers: readonly Answer[], additionals: readonly Answer[] = []): Uint8Array =>
  encode({ type: 'response', answers: [...answers], additionals: [...additionals] });
const pointer: Answer = { type: 'PTR', name: '_scpi-raw._tcp.local', data: SUPPLY };
const service: Answer = { type: 'SRV', name: SUPPLY, data: { port: 5026, target: 'k-e36313a.local' } };
const address = (data: string, name = 'K-E36313A.local'): Answer => ({ type: 'A', name, data });
const facts: Answer = { type: 'TXT', name: SUPPLY, data: ['txtvers=1', 'Model=E36313A', 'Model=other', 'empty'] };

const questionsIn = (bytes: Uint8Array | undefined): readonly string[] => {
  const packet: Packet = bytes === undefined ? {} : decode(Buffer.from(bytes));
  return (packet.questions ?? []).map(({ name, type }) => `${type} ${name}`);
};

describe('what LXI instruments announce', () => {
  let heard: Announcements;
  beforeEach(() => {
    heard = new Announcements((other) => other.startsWith('10.0.0.'));
  });

  it('is asked for by the four services that lead to instruments', () => {
    expect(questionsIn(heard.question)).to.deep.equal([
      'PTR _lxi._tcp.local',
      'PTR _vxi-11._tcp.local',
      'PTR _scpi-raw._tcp.local',
      'PTR _hislip._tcp.local',
    ]);
  });

  it('comes in one answer with all that is known besides', () => {
    heard.take(saying([pointer], [service, facts, address(NEAR)]), NEAR);
    expect(heard.openQuestion).to.equal(undefined);
    const [found] = heard.found;
    expect(found).to.include({ service: '_scpi-raw._tcp', name: 'Keysight E36313A', address: NEAR, port: 5026 });
    expect([...(found?.facts ?? [])]).to.deep.equal([
      ['txtvers', '1'],
      ['model', 'E36313A'],
    ]);
  });

  it('is asked for piece by piece where it comes so', () => {
    heard.take(saying([pointer]), NEAR);
    expect(questionsIn(heard.openQuestion)).to.deep.equal([`SRV ${SUPPLY.toLowerCase()}`]);
    heard.take(saying([service]), NEAR);
    expect(questionsIn(heard.openQuestion)).to.deep.equal([`TXT ${SUPPLY.toLowerCase()}`, 'A k-e36313a.local']);
    heard.take(saying([facts, address('10.0.0.77')]), NEAR);
    expect(heard.openQuestion).to.equal(undefined);
    expect(heard.found[0]).to.include({ address: '10.0.0.77', port: 5026 });
  });

  it('is taken to be where it was said, at the usual port, as long as nothing else is said', () => {
    heard.take(saying([pointer]), NEAR);
    expect(heard.found[0]).to.include({ address: NEAR, port: 5025 });
  });

  it('sends nobody to a stranger: an address counts when it is near, or the sender', () => {
    heard.take(saying([pointer, service, address('203.0.113.9')]), NEAR);
    expect(heard.found[0]).to.include({ address: NEAR });
    heard.take(saying([address('192.168.7.7')]), '192.168.7.7');
    expect(heard.found[0]).to.include({ address: '192.168.7.7' });
  });

  it('prefers the address it was said from', () => {
    heard.take(saying([pointer, service, address('10.0.0.77'), address(NEAR)]), NEAR);
    expect(heard.found[0]).to.include({ address: NEAR });
  });

  it('is no other service, no question, and no port 0', () => {
    heard.take(saying([{ type: 'PTR', name: '_http._tcp.local', data: 'x._http._tcp.local' }]), NEAR);
    heard.take(encode({ type: 'query', answers: [pointer] }), NEAR);
    expect(heard.found).to.deep.equal([]);
    const nowhere: Answer = { ...service, data: { port: 0, target: 'x.local' } };
    heard.take(saying([pointer, nowhere]), NEAR);
    expect(heard.found[0]).to.include({ port: 5025 });
  });

  it('is bounded, however much is announced', () => {
    for (let count = 0; count < 2_000; count += 1)
      heard.take(saying([{ ...pointer, data: `${count}._scpi-raw._tcp.local` }]), NEAR);
    expect(heard.found).to.have.lengthOf(512);
    expect(questionsIn(heard.openQuestion)).to.have.lengthOf(16);
  });

  it('does not ask for a name that no packet could carry', () => {
    const broken = Buffer.from(saying([{ ...pointer, data: `${'x'.repeat(60)}._scpi-raw._tcp.local` }]));
    broken.fill(0xff, broken.indexOf('xxxx'), broken.indexOf('xxxx') + 60); // no UTF-8: each becomes three bytes
    heard.take(broken, NEAR);
    expect(heard.found).to.have.lengthOf(1);
    expect(heard.openQuestion).to.equal(undefined);
  });

  it('takes any bytes', () => {
    const good = saying([pointer], [service, facts, address(NEAR)]);
    const cutOrSpoilt = fc
      .tuple(fc.integer({ min: 0, max: good.length }), fc.integer({ min: 0, max: good.length - 1 }), fc.nat(255))
      .map(([length, at, byte]) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cutOrSpoilt), (bytes) => {
        heard.take(bytes, NEAR);
        questionsIn(heard.openQuestion);
        for (const { port } of heard.found) expect(port).to.be.within(1, 65_535);
      }),
    );
  });
});
