import { expect } from 'chai';
import { parse } from 'yaml';
import { parseResource } from '../../../core/wire/visa-resource.js';
import { isEmpty, jsonObjects, yamlLines } from '../../../station/find/find-report.js';
import { foundInstruments } from '../../../station/find/found-instruments.js';
import type { SearchResult } from '../../../station/find/search.js';
import type { Trial } from '../../../station/find/trial.js';
import { driverFiles } from '../../../station/driver-files.js';

const files = driverFiles.names().map((name) => driverFiles.read(name));
const SUPPLY = 'Keysight Technologies,E36313A,MY59001234,1.0.4';
const answered = (resource: string, answer = SUPPLY): Trial => ({
  type: 'answered',
  resource: parseResource(resource),
  answer,
});
const nothing: SearchResult = { trials: [], announced: [], serialPorts: [] };
const report = (trials: readonly Trial[], more: Partial<SearchResult> = {}, baudRate?: number) => ({
  instruments: foundInstruments(trials, files),
  result: { ...nothing, trials, ...more },
  ...(baudRate === undefined ? {} : { baudRate }),
});

describe('the ways to one instrument', () => {
  const waysOf = (trials: readonly Trial[]): readonly (readonly string[])[] =>
    foundInstruments(trials, files).map(({ resources }) => resources);

  it('are put together by its identity, the best first', () => {
    const trials = ['TCPIP::a::5025::SOCKET', 'TCPIP::a::hislip0::INSTR', 'USB::1::2::MY1::INSTR', 'TCPIP::a::INSTR'];
    expect(waysOf(trials.map((resource) => answered(resource)))).to.deep.equal([
      [
        'TCPIP0::a::inst0::INSTR',
        'TCPIP0::a::hislip0,4880::INSTR',
        'USB0::0x0001::0x0002::MY1::0::INSTR',
        'TCPIP0::a::5025::SOCKET',
      ],
    ]);
  });

  it('are not those of another host, another socket, or another serial number', () => {
    const trials = [
      answered('TCPIP::a::5025::SOCKET'),
      answered('TCPIP::b::INSTR'),
      answered('TCPIP::a::5026::SOCKET'),
      answered('TCPIP::a::INSTR', SUPPLY.replace('1234', '9999')),
    ];
    expect(waysOf(trials)).to.have.lengthOf(4);
  });

  it('stay apart where there is no serial number', () => {
    const trials = ['TCPIP::a::5025::SOCKET', 'TCPIP::a::INSTR'];
    expect(waysOf(trials.map((resource) => answered(resource, 'HP,34401A,0,1')))).to.have.lengthOf(2);
  });

  it('get names that differ from each other and from those that are taken', () => {
    const trials = [answered('TCPIP::a::INSTR'), answered('TCPIP::b::INSTR')];
    const names = foundInstruments(trials, files, ['e36313a']).map(({ name }) => name);
    expect(names).to.deep.equal(['e36313a-2', 'e36313a-3']);
  });
});

describe('what a search prints', () => {
  it('is a config as it stands', () => {
    const trials = [answered('TCPIP::a::INSTR'), answered('TCPIP::a::5025::SOCKET')];
    const lines = yamlLines(report(trials));
    expect(lines).to.deep.equal([
      'managers:',
      `  # ${SUPPLY}`,
      '  e36313a:',
      '    kind: psu',
      '    driver: keysight-e36300',
      '    model: E36313A',
      '    resource: TCPIP0::a::inst0::INSTR',
      '    # or: TCPIP0::a::5025::SOCKET',
    ]);
    expect(parse(lines.join('\n'))).to.deep.equal({
      managers: {
        e36313a: { kind: 'psu', driver: 'keysight-e36300', model: 'E36313A', resource: 'TCPIP0::a::inst0::INSTR' },
      },
    });
  });

  it('points to the guide where no driver file knows the instrument', () => {
    const lines = yamlLines(report([answered('TCPIP::a::INSTR', 'ACME,X-1,42,1.0')]));
    expect(lines).to.include('  # No driver file knows it: write x-1.yaml, docs/guide/add-an-instrument.md says how');
    expect(lines).to.include('    kind: instrument').and.include('    driver: ./x-1.yaml');
    expect(lines.join()).not.to.include('model');
  });

  it('names the rate of a serial line where it is not the usual one', () => {
    const trials = [answered('ASRL/dev/ttyS0::INSTR')];
    expect(yamlLines(report(trials, {}, 19_200))).to.include('    link: {"baudRate":19200}');
    expect(yamlLines(report(trials, {}, 9_600)).join()).not.to.include('link');
  });

  it('has comments for all else', () => {
    const resource = parseResource('TCPIP::a::5025::SOCKET');
    const trials: readonly Trial[] = [
      { type: 'inUse', resource, by: 'process 17' },
      { type: 'silent', resource, problem: 'no\nline\u001b[2J' },
    ];
    const port = { resource: parseResource('ASRL/dev/ttyS0::INSTR'), path: '/dev/ttyS0', description: 'FTDI\u0007' };
    const announced = {
      service: '_lxi._tcp',
      name: 'X\n- y',
      address: '10.0.0.5',
      port: 80,
      facts: new Map(),
    } as const;
    expect(yamlLines(report(trials, { announced: [announced], serialPorts: [port] }))).to.deep.equal([
      '# In use by process 17: TCPIP0::a::5025::SOCKET',
      '# Gives no identity: TCPIP0::a::5025::SOCKET (no\\nline\\x1b[2J)',
      '# Announced, and does not answer: _lxi._tcp "X\\n- y" at 10.0.0.5:80',
      '# Serial port, not asked (busbar find --serial asks *IDN?): ASRL/dev/ttyS0::INSTR (FTDI\\x07)',
    ]);
  });

  it('is YAML of one manager and printable, whatever an instrument says', () => {
    const hostile = ['a: b\n- c', '\u001b]0;x\u0007,#,\u202e,{', '"},&x *y', '%', '\r\nmanagers: {}', ''];
    for (const answer of hostile) {
      const text = yamlLines(report([answered('TCPIP::a::INSTR', answer)])).join('\n');
      expect(text).to.match(/^[ -~\n]*$/);
      const { managers } = parse(text) as { managers: object };
      expect(Object.keys(managers)).to.have.lengthOf(1);
    }
  });

  it('is the same for machines, an object each', () => {
    const resource = parseResource('ASRL/dev/ttyS0::INSTR');
    const trials: readonly Trial[] = [
      answered('TCPIP::a::INSTR'),
      { type: 'inUse', resource, by: 'process 17' },
      { type: 'silent', resource, problem: 'nothing' },
    ];
    const announced = {
      service: '_lxi._tcp',
      name: 'X',
      address: '10.0.0.5',
      port: 80,
      facts: new Map([['model', 'E1']]),
    } as const;
    const objects = jsonObjects(
      report(trials, { announced: [announced], serialPorts: [{ resource, path: '/dev/ttyS0', description: '' }] }),
    );
    expect(objects).to.deep.equal([
      {
        type: 'instrument',
        name: 'e36313a',
        kind: 'psu',
        identity: {
          text: SUPPLY,
          manufacturer: 'Keysight Technologies',
          model: 'E36313A',
          serial: 'MY59001234',
          revision: '1.0.4',
        },
        resources: ['TCPIP0::a::inst0::INSTR'],
        config: { kind: 'psu', driver: 'keysight-e36300', model: 'E36313A', resource: 'TCPIP0::a::inst0::INSTR' },
      },
      { type: 'inUse', resource: 'ASRL/dev/ttyS0::INSTR', by: 'process 17' },
      { type: 'silent', resource: 'ASRL/dev/ttyS0::INSTR', problem: 'nothing' },
      { type: 'announced', service: '_lxi._tcp', name: 'X', address: '10.0.0.5', port: 80, facts: { model: 'E1' } },
      { type: 'serialPort', resource: 'ASRL/dev/ttyS0::INSTR', path: '/dev/ttyS0', description: '' },
    ]);
  });

  it('is nothing where nothing was found', () => {
    expect([isEmpty(report([])), yamlLines(report([])), jsonObjects(report([]))]).to.deep.equal([true, [], []]);
    expect(isEmpty(report([answered('TCPIP::a::INSTR')]))).to.equal(false);
  });
});
