import { expect } from 'chai';
import { looksLikeIdentity, matchDriver } from '../../../station/find/match-driver.js';
import { managerName } from '../../../station/find/manager-name.js';
import { chosenPorts, usualPorts } from '../../../station/find/scpi-ports.js';
import { shownText } from '../../../station/find/shown-text.js';
import { driverFiles } from '../../../station/driver-files.js';

const files = driverFiles.names().map((name) => driverFiles.read(name));

describe('matching an answer with a driver file', () => {
  const known: readonly (readonly [answer: string, driver: string, kind: string, model: string])[] = [
    ['Keysight Technologies,E36313A,MY59001234,1.0.4-1.0.0-1.02\n', 'keysight-e36300', 'psu', 'E36313A'],
    ['RIGOL TECHNOLOGIES,DP832,DP8C123456789,00.01.16', 'rigol-dp800', 'psu', 'DP832'],
    ['HEWLETT-PACKARD,34401A,0,11-5-2', 'agilent-34401a', 'instrument', '34401A'],
    ['FLUKE,5502E,1234567,2.61+1.3+2.0+*', 'fluke-5502e', 'instrument', '5502E'],
  ];
  for (const [answer, driver, kind, model] of known) {
    it(`knows ${JSON.stringify(answer)} as ${driver}`, () => {
      const match = matchDriver(answer, files);
      expect(match).to.include({ driver, kind });
      expect(match.identity.model).to.equal(model);
    });
  }

  it('takes an unknown one for an instrument, with the fields of IEEE 488.2', () => {
    expect(matchDriver(' ACME , X-1 ,42, 1.0,b ', files)).to.deep.equal({
      kind: 'instrument',
      identity: { text: 'ACME , X-1 ,42, 1.0,b', manufacturer: 'ACME', model: 'X-1', serial: '42', revision: '1.0,b' },
    });
  });

  it('takes anything for an answer and keeps 512 characters of it', () => {
    expect(matchDriver('\0'.repeat(2_000_000), files).identity.text).to.have.lengthOf(512);
    expect(matchDriver('', files).identity).to.include({ text: '', model: '' });
  });

  it('does not ask a file whose instruments answer another question', () => {
    const [file] = files.filter(({ driver }) => driver === 'fluke-5502e');
    const other = file === undefined ? [] : [{ ...file, identity: { ...file.identity, ask: 'ID?' } }];
    expect(matchDriver('FLUKE,5502E,1,1', other)).not.to.have.property('driver');
  });

  it('does not take a model that the pattern lets pass and the file does not drive', () => {
    const [file] = files.filter(({ driver }) => driver === 'fluke-5502e');
    const other = file === undefined ? [] : [{ ...file, models: {} }];
    expect(matchDriver('FLUKE,5502E,1,1', other)).not.to.have.property('driver');
  });

  it('tells an identity from a greeting and from a page', () => {
    expect(looksLikeIdentity('Keysight Technologies,E36313A,MY59001234,1.0')).to.equal(true);
    expect(looksLikeIdentity('ACME,X1,42')).to.equal(true);
    for (const text of ['Welcome to X1', 'HTTP/1.1 400 Bad Request', '<a>,b,c,d', '', ',,,'])
      expect(looksLikeIdentity(text), text).to.equal(false);
  });
});

describe('the name of a found manager', () => {
  const named = (manufacturer: string, model: string, ...taken: readonly string[]): string =>
    managerName({ text: '', manufacturer, model, serial: '', revision: '' }, new Set(taken));

  it('is the model, and the maker before it where that does not begin with a letter', () => {
    expect(named('Keysight Technologies', 'E36313A')).to.equal('e36313a');
    expect(named('HEWLETT-PACKARD', '34401A')).to.equal('hewlett-34401a');
    expect(named('', '2000')).to.equal('instrument-2000');
    expect(named('', '')).to.equal('instrument');
    expect(named('KEITHLEY INSTRUMENTS INC.', 'MODEL 2000')).to.equal('model-2000');
  });

  it('is counted when it is taken, and is never that of the station', () => {
    expect(named('K', 'E1', 'e1')).to.equal('e1-2');
    expect(named('K', 'E1', 'e1', 'e1-2')).to.equal('e1-3');
    expect(named('K', 'Station')).to.equal('station-2');
  });

  it('is a good name whatever the instrument says', () => {
    for (const model of ['\u001b[31m', '--', 'a'.repeat(500), 'ü', '-x-', '9'.repeat(60)])
      expect(named('\u202e!', model)).to.match(/^[a-z][a-z0-9-]{0,39}$/);
  });
});

describe('the usual raw sockets', () => {
  it('are those of the driver files, with their line ends, and the ones that are known besides', () => {
    const ports = usualPorts(files);
    expect(ports.map(({ port }) => port)).to.include.members([5025, 5555, 9221, 1026]);
    expect(ports.find(({ port }) => port === 9221)).to.deep.equal({ port: 9221, writeTermination: '\r\n' });
    expect(ports.find(({ port }) => port === 5025)).to.deep.equal({ port: 5025, writeTermination: '\n' });
    expect(new Set(ports.map(({ port }) => port)).size).to.equal(ports.length);
  });

  it('can be chosen', () => {
    expect(chosenPorts([17])).to.deep.equal([{ port: 17, writeTermination: '\n' }]);
  });
});

describe('the words of strangers', () => {
  it('are printed without what a terminal would obey', () => {
    expect(shownText('a\u001b[2Jb\r\n\t\\\u0000\u00ff\u202e')).to.equal('a\\x1b[2Jb\\r\\n\\t\\\\\\x00\\xff\\u202e');
  });

  it('are cut', () => {
    expect(shownText('x'.repeat(1_000_000))).to.equal(`${'x'.repeat(120)}...`);
    expect(shownText('12345', 3)).to.equal('123...');
  });
});
