import { expect } from 'chai';
import { psuNames } from '../../../connectors/http/connector.js';
import { readPsudaemonOptions } from '../../../connectors/psudaemon/options.js';

describe('the name of a supply in metrics', () => {
  const units = { bench: { manager: 'psu1', model: 'E36300' }, psu2: { manager: 'psu3', model: 'E36300' } };
  const nameOf = psuNames({ psudaemon: readPsudaemonOptions({ units }) });

  for (const [what, manager, name] of [
    ["is PSUDaemon's", 'psu1', 'bench'],
    ['is that of its manager otherwise', 'psu9', 'psu9'],
    ['is not that of a unit with another manager', 'psu2', 'manager psu2'],
  ] as const) {
    it(what, () => {
      expect(nameOf(manager)).to.equal(name);
    });
  }

  it('is that of its manager where there is no PSUDaemon', () => {
    expect(psuNames({})('psu1')).to.equal('psu1');
  });
});
