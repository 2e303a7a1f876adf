import { expect } from 'chai';
import { parseResource } from '../../../core/wire/visa-resource.js';
import { lockName } from '../../../managers/links/lock-name.js';

const nameOf = (resource: string, boards: { readonly [board: string]: string } = {}): string | undefined =>
  lockName(parseResource(resource), { boards });

describe('the name of an instrument lock', () => {
  it('is the resource, however it was written', () => {
    for (const text of ['tcpip::PSU1::INSTR', 'TCPIP1::psu1::inst0::INSTR'])
      expect(nameOf(text)).to.equal('TCPIP0::psu1::inst0::INSTR');
  });

  it('is the same behind a VXI-11 gateway, by board and by the name of the gateway', () => {
    const name = 'TCPIP0::10.0.0.3::gpib0,5::INSTR';
    expect(nameOf('TCPIP::10.0.0.3::gpib0,5::INSTR')).to.equal(name);
    expect(nameOf('GPIB0::5::INSTR', { 0: 'TCPIP::10.0.0.3::gpib0' })).to.equal(name);
    expect(nameOf('GPIB7::5::INSTR', { 7: 'TCPIP0::10.0.0.3::gpib0::INSTR' })).to.equal(name);
  });

  it('has the secondary address', () => {
    expect(nameOf('GPIB0::5::2::INSTR', { 0: 'TCPIP::gw::gpib0' })).to.equal('TCPIP0::gw::gpib0,5,2::INSTR');
  });

  it('names a Prologix-style adapter, whatever number its board has here', () => {
    const name = 'PRLGX-TCPIP0::10.0.0.5::1234::INTFC 4::INSTR';
    expect(nameOf('GPIB::4', { 0: 'PRLGX-TCPIP::10.0.0.5::INTFC' })).to.equal(name);
    expect(nameOf('GPIB3::4::INSTR', { 3: 'PRLGX-TCPIP3::10.0.0.5::1234::INTFC' })).to.equal(name);
  });

  it('is the board where it has no adapter', () => {
    expect(nameOf('GPIB2::4')).to.equal('GPIB2::4::INSTR');
  });

  it('is none for a recording', () => {
    expect(nameOf('replay:session.json')).to.equal(undefined);
  });
});
