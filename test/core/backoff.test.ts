import { expect } from 'chai';
import fc from 'fast-check';
import { backoff, reconnectBackoff } from '../../core/backoff.js';
import { seededRandom } from '../../core/random.js';

const options = fc.record({
  firstMs: fc.double({ min: 1, max: 1_000, noNaN: true }),
  capMs: fc.double({ min: 1_000, max: 60_000, noNaN: true }),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
});

describe('backoff', () => {
  it('stays between half and all of its growing, capped pause', () => {
    fc.assert(
      fc.property(options, fc.nat(), fc.integer({ min: 1, max: 40 }), ({ firstMs, capMs, factor }, seed, count) => {
        const pauses = backoff({ firstMs, capMs, factor }, seededRandom(seed));
        for (let attempt = 0; attempt < count; attempt += 1) {
          const fullMs = Math.min(firstMs * factor ** attempt, capMs);
          expect(pauses.next()).to.be.within(fullMs * 0.499_999, fullMs * 1.000_001);
        }
      }),
    );
  });

  it('begins again after a reset', () => {
    const pauses = backoff({ firstMs: 100, capMs: 1_500, factor: 2 }, () => 1);
    expect([pauses.next(), pauses.next(), pauses.next()]).to.deep.equal([100, 200, 400]);
    pauses.reset();
    expect(pauses.next()).to.equal(100);
  });

  it('lets an instrument be found within 2 s of its return', () => {
    expect(reconnectBackoff.capMs).to.be.at.most(1_500);
  });
});
