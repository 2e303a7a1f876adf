import { expect } from 'chai';
import fc from 'fast-check';
import { HardwareError } from '../../../core/errors.js';
import { hostsOf, MAX_ADDRESSES } from '../../../station/find/place.js';

describe('the places of a search', () => {
  const good: readonly (readonly [place: string, hosts: readonly string[]])[] = [
    ['10.0.0.5', ['10.0.0.5']],
    ['10.0.0.5-7', ['10.0.0.5', '10.0.0.6', '10.0.0.7']],
    ['10.0.0.254-10.0.1.1', ['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1']],
    ['10.0.0.9/30', ['10.0.0.9', '10.0.0.10']],
    ['10.0.0.9/31', ['10.0.0.8', '10.0.0.9']],
    ['255.255.255.255/32', ['255.255.255.255']],
    [' PSU1.lab. ', ['psu1.lab']],
    ['k-e36313a_01', ['k-e36313a_01']],
    ['34401a', ['34401a']],
  ];
  for (const [place, hosts] of good) {
    it(`takes "${place}" for ${hosts.join(', ')}`, () => {
      expect(hostsOf([place])).to.deep.equal(hosts);
    });
  }

  it('leaves out the addresses of a network and of its broadcast', () => {
    const hosts = hostsOf(['10.0.0.77/24']);
    expect([hosts.length, hosts[0], hosts.at(-1)]).to.deep.equal([254, '10.0.0.1', '10.0.0.254']);
  });

  it('takes several places, and each host once', () => {
    expect(hostsOf(['10.0.0.5-6', '10.0.0.6', 'psu1', 'PSU1'])).to.deep.equal(['10.0.0.5', '10.0.0.6', 'psu1']);
  });

  const bad: readonly (readonly [place: string, says: RegExp])[] = [
    ['10.0.0.256', /"256" is outside 0\.\.255/],
    ['10.0.0', /an address has four numbers/],
    ['10.0.0.5-4', /ends before it begins/],
    ['10.0.0.0/33', /\/33 is outside \/0\.\.\/32/],
    ['10.0.0.0/1.2', /\/1\.2 is outside/],
    ['10.0.0.5:5025', /ports go with --port/],
    ['fe80::1', /IPv6/],
    ['two words', /neither an address nor a host name/],
    ['', /neither an address nor a host name/],
    ['17', /neither an address nor a host name/],
    ['\u001b[2J', /"\\x1b\[2J": it is neither/],
    ['10.0.0.0/8', /brings the addresses to 16777214, the limit is 4096; search in parts/],
    ['0.0.0.0/0', /the limit is 4096/],
  ];
  for (const [place, says] of bad) {
    it(`refuses ${JSON.stringify(place)} and says what would do`, () => {
      expect(() => hostsOf([place]))
        .to.throw(HardwareError, says)
        .with.property('code', 'BAD_ARGUMENT');
      expect(() => hostsOf([place])).to.throw('places are 10.0.0.5, 10.0.0.5-20');
    });
  }

  it('counts the addresses of all places together', () => {
    expect(hostsOf(['10.0.0.0/21', '10.1.0.0/21'])).to.have.lengthOf(MAX_ADDRESSES - 4);
    expect(() => hostsOf(['10.0.0.0/21', '10.1.0.0/21', '10.2.0.0-9'])).to.throw('limit is 4096');
  });

  it('gives hosts or BAD_ARGUMENT for any text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9./-]{0,24}$/));
    fc.assert(
      fc.property(text, (place) => {
        try {
          for (const host of hostsOf([place])) expect(host).to.match(/^[a-z0-9._-]+$/);
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(HardwareError);
        }
      }),
    );
  });

  it('gives every address between the two ends of a range', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, one, other) => {
        const [from, to] = one <= other ? [one, other] : [other, one];
        const hosts = hostsOf([`${a}.${b}.3.${from}-${to}`]);
        expect(hosts).to.deep.equal(Array.from({ length: to - from + 1 }, (_, n) => `${a}.${b}.3.${from + n}`));
      }),
    );
  });
});
