import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseResource } from '../../../core/wire/visa-resource.js';
import { hostsIn, usedBy } from '../../../station/find/in-use.js';
import { heldInstruments } from '../../../station/state/held-instruments.js';
import { instrumentLock } from '../../../station/state/instrument-lock.js';
import { MemoryLog } from '../../support/memory-log.js';

const addresses: Readonly<Record<string, string>> = { 'psu1.lab': '10.0.0.5' };
const same = {
  addressOf: (host: string) => addresses[host] ?? host,
  fileOf: (path: string) => (path === '/dev/serial/by-id/ftdi' ? '/dev/ttyUSB0' : path),
};

describe('an instrument in use', () => {
  const cases: readonly (readonly [held: string, sought: string, isUsed: boolean])[] = [
    ['TCPIP0::10.0.0.5::5025::SOCKET', 'TCPIP::10.0.0.5::5025::SOCKET', true],
    ['TCPIP0::psu1.lab::5025::SOCKET', 'TCPIP::10.0.0.5::5025::SOCKET', true],
    ['TCPIP0::10.0.0.5::5025::SOCKET', 'TCPIP::psu1.lab::5025::SOCKET', true],
    ['TCPIP0::10.0.0.5::5025::SOCKET', 'TCPIP::10.0.0.5::5026::SOCKET', false],
    ['TCPIP0::10.0.0.5::5025::SOCKET', 'TCPIP::10.0.0.6::5025::SOCKET', false],
    ['TCPIP0::10.0.0.5::5025::SOCKET', 'TCPIP::10.0.0.5::INSTR', false],
    ['TCPIP0::10.0.0.5,1024::inst0::INSTR', 'TCPIP::10.0.0.5::INSTR', true],
    ['TCPIP0::10.0.0.5::inst0::INSTR', 'TCPIP::10.0.0.5::inst1::INSTR', false],
    ['TCPIP0::10.0.0.5::hislip0,4880::INSTR', 'TCPIP::10.0.0.5::hislip0::INSTR', true],
    ['PRLGX-TCPIP0::10.0.0.5::1234::INTFC 5::INSTR', 'TCPIP::10.0.0.5::1234::SOCKET', true],
    ['PRLGX-TCPIP0::10.0.0.5::1234::INTFC 5::7::INSTR', 'TCPIP::10.0.0.5::1234::SOCKET', true],
    ['MODBUS-TCP::10.0.0.5::502::1', 'TCPIP::10.0.0.5::502::SOCKET', true],
    ['ASRL/dev/ttyUSB0::INSTR', 'ASRL/dev/serial/by-id/ftdi::INSTR', true],
    ['MODBUS-RTU::/dev/ttyUSB0::17', 'ASRL/dev/ttyUSB0::INSTR', true],
    ['PRLGX-ASRL0::/dev/ttyUSB0::INTFC 4::INSTR', 'ASRL/dev/ttyUSB0::INSTR', true],
    ['USB0::0x2A8D::0x1002::MY1::0::INSTR', 'USB::0x2A8D::0x1002::MY1::INSTR', true],
    ['USB0::0x2A8D::0x1002::MY1::0::INSTR', 'USB::0x2A8D::0x1002::MY2::INSTR', false],
    ['no resource at all', 'TCPIP::10.0.0.5::INSTR', false],
  ];
  for (const [held, sought, isUsed] of cases) {
    it(`${held} ${isUsed ? 'is' : 'is not'} ${sought}`, () => {
      const find = usedBy([{ lock: held, by: 'process 17' }], same);
      expect(find(parseResource(sought))).to.equal(isUsed ? 'process 17' : undefined);
    });
  }

  it('is said to be used by whom was named first: the station knows more than its lock', () => {
    const held = ['manager psu1', 'process 17'].map((by) => ({ lock: 'TCPIP0::a::1::SOCKET', by }));
    expect(usedBy(held, same)(parseResource('TCPIP::a::1::SOCKET'))).to.equal('manager psu1');
  });

  it('may be at a host whose address has to be known', () => {
    const held = ['TCPIP0::psu1.lab::5025::SOCKET', 'ASRL/dev/ttyS0::INSTR', 'rubbish'];
    expect(hostsIn(held.map((lock) => ({ lock, by: '' })))).to.deep.equal(['psu1.lab']);
  });

  describe('by its lock', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'busbar-held-'));
    });
    afterEach(() => {
      rmSync(directory, { recursive: true, force: true });
    });

    it('is seen while a process has it, and no longer', () => {
      const claim = instrumentLock({ directory, log: new MemoryLog() });
      const release = claim('TCPIP0::psu1::5025::SOCKET');
      expect(heldInstruments(directory)).to.deep.equal([
        { lock: 'TCPIP0::psu1::5025::SOCKET', by: `process ${process.pid}` },
      ]);
      release();
      expect(heldInstruments(directory)).to.deep.equal([]);
    });

    it('is not seen in the lock of a dead process, in other files, and where there is no directory', () => {
      const dead = { pid: 2 ** 22 + 1, start: 'long ago', host: hostname() };
      writeFileSync(join(directory, 'dead.lock'), JSON.stringify(dead));
      writeFileSync(join(directory, 'broken.lock'), '{');
      writeFileSync(join(directory, 'notes.txt'), 'x');
      expect(heldInstruments(directory)).to.deep.equal([]);
      expect(heldInstruments(join(directory, 'none'))).to.deep.equal([]);
    });

    it('is seen on another computer, and with a name that was cut', () => {
      const owner = JSON.stringify({ pid: 17, start: '', host: 'elsewhere' });
      writeFileSync(join(directory, 'TCPIP0%3A%3.lock'), owner);
      expect(heldInstruments(directory)).to.deep.equal([{ lock: 'TCPIP0%3A%3', by: 'process 17 on elsewhere' }]);
    });
  });
});
