import { expect } from 'chai';
import { Tally } from '../../../connectors/metrics/tally.js';
import { problem } from '../../../core/errors.js';
import type { Json } from '../../../core/json-value.js';
import { commandOf } from '../../support/commands.js';
import { SupplyLab } from '../../support/lab.js';

describe('the tally of a station', () => {
  let lab: SupplyLab;
  let tally: Tally;
  beforeEach(() => {
    lab = new SupplyLab();
    tally = new Tally(lab.bus);
  });
  afterEach(() => lab.close());

  const fail = (errors: Json): void => {
    const reason = problem('DEVICE_FAULT', 'refused', { errors });
    lab.bus.streamOf('psu').publish({ type: 'failure', command: commandOf(), problem: reason });
  };

  it('counts what an instrument reports by its own numbers', () => {
    fail(['-222,"Data out of range"', '-113,"Undefined header"']);
    fail(['-222,"Data out of range"']);
    fail(['no number']);
    expect(Object.fromEntries(tally.of('psu').instrumentErrors)).to.deep.equal({
      '-222': 2,
      '-113': 1,
      DEVICE_FAULT: 1,
    });
    expect(tally.of('psu').commands.get('DEVICE_FAULT')).to.equal(3);
  });

  it('tells a bounded number of them apart', () => {
    fail(Array.from({ length: 1_000 }, (_, index) => `${index},"x"`));
    expect(tally.of('psu').instrumentErrors.size).to.equal(64);
  });

  it('takes who is online already for connected once', async () => {
    await lab.start();
    const later = new Tally(lab.bus);
    expect([tally.of('psu').onlines, later.of('psu').onlines]).to.deep.equal([1, 1]);
    later.close();
  });

  it('knows nothing of who has said nothing, and counts no more when it is closed', () => {
    expect(tally.of('nobody').onlines).to.equal(0);
    tally.close();
    fail(['-1,"x"']);
    expect(tally.of('psu').commands.size).to.equal(0);
  });
});
