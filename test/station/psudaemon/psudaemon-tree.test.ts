import { expect } from 'chai';
import { printProblem } from '../../../station/config/problem.js';
import { readPsudaemonTree } from '../../../station/psudaemon/psudaemon-tree.js';

const problemsIn = (text: string): readonly string[] =>
  readPsudaemonTree(text, 'psu.yaml').problems.map((problem) => printProblem('psu.yaml', problem));

const UNITS = 'units:\n  - { name: psu1, model: E36300, uri: "TCPIP::h::INSTR" }\n';

describe('a PSUDaemon file', () => {
  for (const [does, text, ...lines] of [
    ['needs settings', UNITS, 'psu.yaml:1:1: (top): needs "settings"'],
    ['needs units', 'settings: {}\n', 'psu.yaml:1:1: (top): needs "units"'],
    [
      'has no settings but uvicorn',
      `settings: { port: 1 }\n${UNITS}`,
      'psu.yaml:1:13: settings.port: unknown "port"; known: uvicorn',
    ],
    [
      'names one of the models that there are',
      'settings: {}\nunits:\n  - { name: a, model: E36311A, uri: x }\n',
      'psu.yaml:3:16: units.0.model: must be one of E36300, Keysight Technologies,E36312A, Keysight Technologies,E36313A, external, not "E36311A"',
    ],
    [
      'names the address of a supply',
      'settings: {}\nunits:\n  - { name: a, model: E36300 }\n',
      'psu.yaml:3:5: units.0: needs "uri"',
    ],
    [
      'is told that there is no TLS',
      `settings: { uvicorn: { ssl_keyfile: key.pem } }\n${UNITS}`,
      'psu.yaml:1:24: settings.uvicorn.ssl_keyfile: there is no TLS yet: put a proxy in front, and take this out',
    ],
  ] as const) {
    it(does, () => {
      expect(problemsIn(text)).to.deep.equal(lines);
    });
  }

  it('works with no units at all', () => {
    expect(readPsudaemonTree('settings: {uvicorn: {port: 5000}}\nunits: []\n', 'psu.yaml').value).to.nested.include({
      'connectors.psudaemon.port': 5000,
    });
  });

  it('keeps what its shell commands write with a dollar', () => {
    const commands = 'commands: { get_channels: "cat ${XDG_RUNTIME_DIR}/psu.json" }';
    const text = `settings: {}\nunits:\n  - { name: bmc, model: external, ${commands} }\n`;
    expect(readPsudaemonTree(text, 'psu.yaml').value).to.have.nested.property(
      'managers.bmc.getChannels',
      'cat ${XDG_RUNTIME_DIR}/psu.json',
    );
  });

  it('says of a wrong address where its unit stands', () => {
    const tree = readPsudaemonTree(`settings: {}\n${UNITS}`, 'psu.yaml');
    expect(tree.positionOf('/managers/psu1/resource')).to.deep.equal({ line: 3, column: 5 });
  });
});
