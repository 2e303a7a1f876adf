import { expect } from 'chai';
import type { Quality, Reading } from '../../../core/message.js';
import { healthOf } from '../../../web-debug/model/health.js';

const reading = (quality: Quality): Reading => ({
  type: 'reading',
  manager: 'hv',
  topic: 'hv/1/voltage',
  parameter: 'voltage',
  value: 1,
  quality,
  epoch: 1,
  seq: 1,
  previous: 0,
  timeMs: 0,
});

describe('the health of a value', () => {
  const now = { ageMs: 0, pollMs: 1_000, isConnected: true };

  it('is what the station says of it', () => {
    const found = (['good', 'stale', 'bad'] as const).map((quality) => healthOf({ ...now, reading: reading(quality) }));
    expect(found).to.deep.equal(['good', 'stale', 'bad']);
  });

  it('is unknown before the first reading', () => {
    expect(healthOf({ ...now, reading: undefined })).to.equal('unknown');
  });

  it('is late after three missed polls', () => {
    const at = (ageMs: number) => healthOf({ ...now, ageMs, reading: reading('good') });
    expect([at(4_000), at(4_001)]).to.deep.equal(['good', 'late']);
  });

  it('does not grow late when nobody polls it', () => {
    expect(healthOf({ ...now, ageMs: 1e9, pollMs: undefined, reading: reading('good') })).to.equal('good');
  });

  it('is cut off while the page is not connected, whatever it was', () => {
    expect(healthOf({ ...now, isConnected: false, reading: reading('good') })).to.equal('cut-off');
  });
});
