import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../../core/random.js';
import { volts } from '../../../core/units.js';
import { VirtualBlock } from '../../../managers/hv/virtual-block.js';
import { VirtualRack } from '../../../managers/hv/hv.sim.js';

const still = { rampVPerS: 200, noiseV: 0, random: () => 0.5 };

describe('VirtualBlock', () => {
  it('starts at 0 V and stays there', () => {
    expect(new VirtualBlock(still, 0).voltageAt(100_000)).to.equal(0);
  });

  it('moves once a second, counted from its start, not from the setting', () => {
    const block = new VirtualBlock(still, 0);
    block.setVoltage(volts(1_000), 900);
    expect(block.voltageAt(999)).to.equal(0);
    expect(block.voltageAt(1_000)).to.equal(200);
    expect(block.voltageAt(1_999)).to.equal(200);
    expect(block.voltageAt(2_000)).to.equal(400);
  });

  it('takes the last step as long as it must be, and does not overshoot', () => {
    const block = new VirtualBlock(still, 0);
    block.setVoltage(volts(-250), 0);
    expect([1, 2, 3].map((second) => block.voltageAt(second * 1_000))).to.deep.equal([-200, -250, -250]);
  });

  it('needs 90 s to 18 kV', () => {
    const block = new VirtualBlock(still, 0);
    block.setVoltage(volts(18_000), 0);
    expect(block.voltageAt(89_000)).to.equal(17_800);
    expect(block.voltageAt(90_000)).to.equal(18_000);
  });

  it('has noise of half a volt either way that does not add up', () => {
    const block = new VirtualBlock({ ...still, noiseV: 0.5, random: seededRandom(7) }, 0);
    const values = Array.from({ length: 500 }, (_, second) => block.voltageAt(second * 1_000));
    expect(Math.max(...values)).to.be.within(0.4, 0.5);
    expect(Math.min(...values)).to.be.within(-0.5, -0.4);
  });

  it('reads the same however often it is looked at', () => {
    const once = new VirtualBlock({ ...still, noiseV: 0.5, random: seededRandom(3) }, 0);
    const often = new VirtualBlock({ ...still, noiseV: 0.5, random: seededRandom(3) }, 0);
    for (let ms = 0; ms < 60_000; ms += 37) often.voltageAt(ms);
    expect(often.voltageAt(60_000)).to.equal(once.voltageAt(60_000));
  });

  it('catches up a year of sleep at once, and is where it should be', () => {
    let drawn = 0;
    const block = new VirtualBlock({ ...still, random: () => ((drawn += 1), 0.5) }, 0);
    block.setVoltage(volts(18_000), 0);
    expect(block.voltageAt(365 * 86_400_000)).to.equal(18_000);
    expect(drawn).to.equal(1);
  });

  it('never moves faster than its rate, whatever it is told and whenever it is looked at', () => {
    const rate = fc.double({ min: 0.1, max: 5_000, noNaN: true });
    const orders = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.double({ min: -35_000, max: 35_000, noNaN: true })),
    );
    fc.assert(
      fc.property(rate, orders, (rampVPerS, steps) => {
        const block = new VirtualBlock({ ...still, rampVPerS }, 0);
        let nowMs = 0;
        for (const [waitMs, setpoint] of steps) {
          const before = block.voltageAt(nowMs);
          block.setVoltage(volts(setpoint), nowMs);
          const seconds = Math.floor((nowMs + waitMs) / 1_000) - Math.floor(nowMs / 1_000);
          nowMs += waitMs;
          const moved = Math.abs(block.voltageAt(nowMs) - before);
          expect(moved).to.be.at.most(seconds * rampVPerS * (1 + 1e-9) + 1e-9);
        }
      }),
    );
  });

  it('gets nearer with every step and ends on its setpoint', () => {
    fc.assert(
      fc.property(fc.double({ min: -5_000, max: 5_000, noNaN: true }), (setpoint) => {
        const block = new VirtualBlock(still, 0);
        block.setVoltage(volts(setpoint), 0);
        let distance = Math.abs(setpoint);
        for (let second = 1; distance > 0 && second < 100; second += 1) {
          const left = Math.abs(setpoint - block.voltageAt(second * 1_000));
          expect(left).to.be.below(distance);
          distance = left;
        }
        expect(distance).to.equal(0);
      }),
    );
  });
});

describe('VirtualRack', () => {
  let nowMs: number;
  let rack: VirtualRack;

  beforeEach(() => {
    nowMs = 0;
    rack = new VirtualRack({ ...still, clock: { monotonic: () => nowMs }, blocks: [1, 2] });
  });

  it('moves each block by itself', async () => {
    await rack.setVoltage(2, volts(100));
    nowMs = 5_000;
    expect(await rack.measureVoltage(1)).to.equal(0);
    expect(await rack.measureVoltage(2)).to.equal(100);
  });

  it('reads the setpoint back at once', async () => {
    await rack.setVoltage(1, volts(18_000));
    expect(await rack.voltageSetpoint(1)).to.equal(18_000);
  });

  it('keeps its voltage when it is closed and opened again', async () => {
    await rack.setVoltage(1, volts(100));
    nowMs = 1_000;
    await rack.close();
    await rack.open();
    expect(rack.newestVoltage(1)).to.equal(100);
  });
});
