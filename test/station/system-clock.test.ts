import FakeTimers, { type Clock as FakeClock } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { systemClock } from '../../station/system-clock.js';

describe('the system clock', () => {
  let timers: FakeClock;

  beforeEach(() => {
    timers = FakeTimers.install();
  });

  afterEach(() => {
    timers.uninstall();
  });

  const ranAfter = (ms: number, tickMs: number): boolean => {
    let hasRun = false;
    systemClock.after(ms, () => (hasRun = true));
    timers.tick(tickMs);
    return hasRun;
  };

  it('runs a task after its time', () => {
    expect(ranAfter(50, 50)).to.be.true;
  });

  it('does not run a task before its time', () => {
    expect(ranAfter(50, 49)).to.be.false;
  });

  it('waits 40 days without the timer of the platform running over', () => {
    const days40 = 40 * 86_400_000;
    expect([ranAfter(days40, days40 - 10), ranAfter(days40, days40)]).to.deep.equal([false, true]);
  });

  it('takes a negative time for now', () => {
    expect(ranAfter(-5, 0)).to.be.true;
  });

  it('leaves no timer behind when it is cancelled, even in the second leg of a long wait', () => {
    const cancel = systemClock.after(2 ** 31 + 1000, () => undefined);
    timers.tick(2 ** 31);
    cancel();
    expect(timers.countTimers()).to.equal(0);
  });

  it('keeps its durations when the wall clock jumps', () => {
    let hasRun = false;
    systemClock.after(1000, () => (hasRun = true));
    timers.setSystemTime(Date.now() + 3_600_000);
    timers.tick(999);
    expect(hasRun).to.be.false;
  });
});
