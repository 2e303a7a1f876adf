import { expect } from 'chai';
import fc from 'fast-check';
import { ramp, rampStep, type RampOptions } from '../../core/ramp.js';
import { FakeClock } from '../support/fake-clock.js';

describe('ramp', () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  afterEach(() => {
    clock.uninstall();
  });

  const follow = (options: RampOptions) => {
    const values: number[] = [];
    const atMs: number[] = [];
    const end = { isComplete: false, error: undefined as unknown };
    const startedAt = clock.monotonic();
    const subscription = ramp(clock, options).subscribe({
      next: (value) => {
        values.push(value);
        atMs.push(clock.monotonic() - startedAt);
      },
      complete: () => (end.isComplete = true),
      error: (error: unknown) => (end.error = error),
    });
    return { values, atMs, end, subscription };
  };

  it('takes the first step at once, then one a period, and completes exactly on target', async () => {
    const { values, atMs, end } = follow({ from: 0, to: 10, ratePerS: 40, stepMs: 100 });
    expect(values).to.deep.equal([4]);
    await clock.pass(200);
    expect(values).to.deep.equal([4, 8, 10]);
    expect(atMs).to.deep.equal([0, 100, 200]);
    expect(end.isComplete).to.equal(true);
    expect(clock.pending).to.equal(0);
  });

  it('says the target once when it is there already', () => {
    const { values, end } = follow({ from: 5, to: 5, ratePerS: 1, stepMs: 100 });
    expect([values, end.isComplete]).to.deep.equal([[5], true]);
  });

  it('leaves no timer when it is ended early', async () => {
    const { values, subscription } = follow({ from: 0, to: 10, ratePerS: 1, stepMs: 100 });
    await clock.pass(250);
    subscription.unsubscribe();
    expect(clock.pending).to.equal(0);
    await clock.pass(1_000);
    expect(values).to.have.length(3);
  });

  it('leaves no timer when it is ended by who hears a step', async () => {
    const subscription = ramp(clock, { from: 0, to: 10, ratePerS: 1, stepMs: 100 }).subscribe((value) => {
      if (value > 0.25) subscription.unsubscribe();
    });
    await clock.pass(1_000);
    expect(clock.pending).to.equal(0);
  });

  for (const bad of [
    { ratePerS: 0 },
    { ratePerS: -1 },
    { ratePerS: Number.NaN },
    { ratePerS: Number.POSITIVE_INFINITY },
    { stepMs: 0 },
    { stepMs: Number.NaN },
    { to: Number.NaN },
    { from: Number.POSITIVE_INFINITY },
  ]) {
    it(`refuses ${Object.entries(bad).flat().join(' ')} before it says a setpoint`, () => {
      const { values, end } = follow({ from: 0, to: 10, ratePerS: 1, stepMs: 100, ...bad });
      expect(values).to.be.empty;
      expect(end.error).to.be.instanceOf(RangeError);
      expect(clock.pending).to.equal(0);
    });
  }

  it('never goes back, never over the rate or the target, and ends on it', async () => {
    const voltage = fc.double({ min: -5_000, max: 5_000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          from: voltage,
          to: voltage,
          ratePerS: fc.double({ min: 50, max: 1e6, noNaN: true }),
          stepMs: fc.integer({ min: 50, max: 5_000 }),
        }),
        async (options) => {
          const { from, to, ratePerS, stepMs } = options;
          const { values, end, atMs } = follow(options);
          await clock.pass((Math.abs(to - from) / ratePerS) * 1_000 + 2 * stepMs);
          expect(end.isComplete).to.equal(true);
          expect(values.at(-1)).to.equal(to);
          const direction = Math.sign(to - from);
          const maxStep = (ratePerS * stepMs) / 1_000;
          for (const [index, value] of values.entries()) {
            const step = (value - (values[index - 1] ?? from)) * direction;
            expect(step).to.be.within(0, maxStep * 1.000_001);
            expect((to - value) * direction).to.be.at.least(0);
            expect(atMs[index]).to.be.closeTo(index * stepMs, 1);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('rampStep', () => {
  it('never passes the target', () => {
    expect([rampStep(0, 10, 4), rampStep(8, 10, 4), rampStep(0, -10, 4), rampStep(3, 3, 4)]).to.deep.equal([
      4, 10, -4, 3,
    ]);
  });
});
