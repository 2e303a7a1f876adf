import FakeTimers, { type Clock as FakeClock } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { HealthWatch } from '../../../station/manager/health-watch.js';
import { systemClock } from '../../../station/system-clock.js';

describe('the health watch', () => {
  let timers: FakeClock;
  let delay: { p99Ms: number; longestMs: number };
  let seen: string[];
  let watch: HealthWatch;

  beforeEach(() => {
    timers = FakeTimers.install();
    delay = { p99Ms: 1.5, longestMs: 2 };
    seen = [];
    watch = new HealthWatch({
      clock: systemClock,
      loopDelay: { take: () => delay, stop: () => seen.push('stopped') },
      onStall: (stalledMs) => seen.push(`stall ${stalledMs}`),
      onClockJump: (byMs) => seen.push(`jump ${byMs}`),
    });
    watch.start();
  });

  afterEach(() => {
    watch.stop();
    timers.uninstall();
  });

  it('says nothing in a healthy night', () => {
    timers.tick(8 * 3_600_000);
    expect(seen).to.deep.equal([]);
  });

  it('has the lag of the last second', () => {
    timers.tick(1_001);
    expect(watch.lagMs).to.equal(1.5);
  });

  it('names a stall of more than a second', () => {
    delay = { p99Ms: 1500, longestMs: 1500.4 };
    timers.tick(1_001);
    expect(seen).to.deep.equal(['stall 1500']);
  });

  it('sees the wall clock jump forward, once', () => {
    timers.setSystemTime(timers.now + 3_600_000);
    timers.tick(3_001);
    expect(seen).to.deep.equal(['jump 3600000']);
  });

  it('sees it jump back by ten years', () => {
    timers.setSystemTime(timers.now - 315_360_000_000);
    timers.tick(1_001);
    expect(seen).to.deep.equal(['jump -315360000000']);
  });

  it('does not take a clock that is being slewed for one that jumps', () => {
    timers.setSystemTime(timers.now + 900);
    timers.tick(1_001);
    expect(seen).to.deep.equal([]);
  });

  it('leaves no timer behind', () => {
    watch.stop();
    expect([timers.countTimers(), seen]).to.deep.equal([0, ['stopped']]);
  });
});
