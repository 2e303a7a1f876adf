import { expect } from 'chai';
import { simulatedIdentity } from '../../../core/driver-file/simulated-identity.js';

const REST = ',(?<model>[^,]*),(?<serial>[^,]*),(?<revision>.*)$';

describe('the identity of a simulated instrument', () => {
  const manufacturers: readonly (readonly [pattern: string, manufacturer: string])[] = [
    ['(?<manufacturer>Siglent Technologies)', 'Siglent Technologies'],
    ['(?<manufacturer>HP|HEWLETT-PACKARD)', 'HP'],
    ['(?<manufacturer>KEITHLEY INSTRUMENTS INC\\.)', 'KEITHLEY INSTRUMENTS INC.'],
    ['(?<manufacturer>ROHDE&SCHWARZ|HAMEG)', 'ROHDE&SCHWARZ'],
    ['(?<manufacturer>[^,]*)', 'Busbar'],
    ['(?<manufacturer>ACME \\w+)', 'Busbar'],
    ['[^,]*', 'Busbar'],
  ];
  for (const [pattern, manufacturer] of manufacturers)
    it(`has the maker that the pattern names: ${pattern}`, () => {
      const answer = `^${pattern}${REST}`;
      expect(simulatedIdentity({ identity: { answer } }, 'One')).to.equal(`${manufacturer},One,0,0`);
      expect(new RegExp(answer).exec(`${manufacturer},One,0,0`) === null).to.equal(pattern.includes('\\w'));
    });

  it('is what the file says, and who plays it', () => {
    const simulation = { manufacturer: 'ACME', serial: 'S1', revision: '2.0' };
    const file = { identity: { answer: REST }, simulation };
    expect(simulatedIdentity(file, 'One')).to.equal('ACME,One,S1,2.0');
    expect(simulatedIdentity(file, 'One', 'S2')).to.equal('ACME,One,S2,2.0');
  });
});
