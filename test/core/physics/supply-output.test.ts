import { expect } from 'chai';
import fc from 'fast-check';
import { SupplyOutput, type OutputBuild, type OutputSettings } from '../../../core/physics/supply-output.js';
import { seededRandom } from '../../../core/random.js';

const output = (settings: Partial<OutputSettings> = {}, build: Partial<OutputBuild> = {}): SupplyOutput =>
  new SupplyOutput({ nowMs: 0, random: seededRandom(1), settings: { currentLimit: 1, ...settings }, build });

const voltage = (supply: SupplyOutput, nowMs: number): number => supply.measure(nowMs).voltage;

describe('an output of a supply', () => {
  it('rises to 1 % within 50 to 80 ms after it is switched on', () => {
    const supply = output({ voltageSetpoint: 5 });
    supply.change({ enabled: true }, 0);
    expect(voltage(supply, 50)).to.be.below(4.95);
    expect(voltage(supply, 80)).to.be.above(4.95);
    expect(voltage(supply, 1_000)).to.equal(5);
    expect(supply.modeAt(1_000)).to.equal('cv');
  });

  it('falls within half a second without load, and at once with one', () => {
    const supply = output({ voltageSetpoint: 5 });
    supply.change({ enabled: true }, 0);
    supply.change({ enabled: false }, 1_000);
    expect(supply.modeAt(1_000)).to.equal('off');
    expect(voltage(supply, 1_200)).to.be.above(0.5);
    expect(voltage(supply, 1_510)).to.be.below(0.05);
    supply.change({ enabled: true }, 2_000);
    supply.setLoad({ ohms: 10 }, 3_000);
    supply.change({ enabled: false }, 3_000);
    expect(voltage(supply, 3_030)).to.be.below(0.05);
  });

  it('falls slowly when it is told less, for it takes no current in', () => {
    const supply = output({ voltageSetpoint: 20 });
    supply.change({ enabled: true }, 0);
    supply.change({ voltageSetpoint: 10 }, 1_000);
    expect(voltage(supply, 1_020)).to.be.above(15);
    expect(voltage(supply, 2_000)).to.equal(10);
  });

  it('limits the current into a load', () => {
    const supply = output({ voltageSetpoint: 20, currentLimit: 0.5, enabled: true });
    supply.setLoad({ ohms: 10 }, 0);
    const { voltage: volts, current } = supply.measure(1_000);
    expect(volts).to.be.closeTo(5, 1e-9);
    expect(current).to.be.closeTo(0.5, 1e-9);
    expect(supply.modeAt(1_000)).to.equal('cc');
  });

  it('gives a short the limited current and no voltage', () => {
    const supply = output({ voltageSetpoint: 20, currentLimit: 0.5, enabled: true });
    supply.setLoad({ ohms: 0 }, 0);
    expect(supply.measure(1_000)).to.deep.equal({ voltage: 0, current: 0.5 });
    expect(supply.modeAt(1_000)).to.equal('cc');
    supply.change({ enabled: false }, 1_000);
    expect(supply.measure(1_001).current).to.equal(0);
  });

  it('charges a capacitor with the limited current', () => {
    const supply = output({ voltageSetpoint: 10, currentLimit: 0.1, enabled: true });
    supply.setLoad({ farads: 0.01 }, 0); // 10 V/s
    expect(voltage(supply, 500)).to.be.closeTo(5, 0.1);
    expect(supply.modeAt(500)).to.equal('cc');
    expect(voltage(supply, 2_000)).to.equal(10);
    expect(supply.modeAt(2_000)).to.equal('cv');
  });

  it('cannot regulate more power than it has', () => {
    const supply = output({ voltageSetpoint: 20, currentLimit: 10, enabled: true }, { watts: 10 });
    supply.setLoad({ ohms: 10 }, 0);
    expect(supply.measure(1_000).voltage).to.be.closeTo(10, 1e-9);
    expect(supply.modeAt(1_000)).to.equal('unregulated');
  });

  it('can be negative', () => {
    const supply = output({ voltageSetpoint: -25, enabled: true });
    supply.setLoad({ ohms: 100 }, 0);
    expect(supply.measure(1_000)).to.deep.equal({ voltage: -25, current: -0.25 });
    supply.change({ voltageSetpoint: 5 }, 1_000);
    expect(voltage(supply, 4_000)).to.equal(5);
  });

  it('trips 5 ms after too much voltage, and stays off until that is cleared', () => {
    const supply = output({ voltageSetpoint: 5, enabled: true, overVoltageEnabled: true, overVoltageLevel: 6 });
    supply.setLoad({ ohms: 10 }, 0);
    expect(voltage(supply, 1_000)).to.equal(5);
    supply.change({ overVoltageLevel: 4 }, 1_000);
    expect(supply.tripsAt(1_004).overVoltage).to.equal(false);
    expect(supply.tripsAt(1_006)).to.deep.equal({ overVoltage: true, overCurrent: false });
    expect(supply.modeAt(1_006)).to.equal('off');
    supply.change({ enabled: true }, 1_100);
    expect(supply.settingsAt(1_100).enabled).to.equal(false);
    supply.clearTrips(1_200);
    expect(supply.tripsAt(1_200).overVoltage).to.equal(false);
    supply.change({ enabled: true, overVoltageLevel: 6 }, 1_200);
    expect(voltage(supply, 2_000)).to.equal(5);
  });

  it('trips in constant current after its delay', () => {
    const supply = output({ voltageSetpoint: 5, enabled: true, overCurrentEnabled: true, overCurrentDelay: 0.2 });
    expect(supply.tripsAt(1_000).overCurrent).to.equal(false);
    supply.setLoad({ ohms: 1 }, 1_000);
    expect(supply.tripsAt(1_190).overCurrent).to.equal(false);
    expect(supply.tripsAt(1_201).overCurrent).to.equal(true);
    expect(supply.measure(5_000)).to.deep.equal({ voltage: 0, current: 0 });
  });

  it('trips above a current of its own where it has one', () => {
    const supply = output({ voltageSetpoint: 5, enabled: true, overCurrentEnabled: true, overCurrentLevel: 0.3 });
    supply.setLoad({ ohms: 20 }, 0);
    expect(supply.tripsAt(1_000).overCurrent).to.equal(false);
    supply.setLoad({ ohms: 10 }, 1_000);
    expect(supply.tripsAt(2_000).overCurrent).to.equal(true);
    expect(supply.modeAt(2_000)).to.equal('off');
  });

  it('waits before it rises, and before it falls', () => {
    const supply = output({ voltageSetpoint: 5, riseDelay: 0.5, fallDelay: 0.3 });
    supply.change({ enabled: true }, 0);
    expect(voltage(supply, 490)).to.equal(0);
    expect(voltage(supply, 700)).to.be.above(4.95);
    supply.change({ enabled: false }, 1_000);
    expect(voltage(supply, 1_290)).to.be.closeTo(5, 0.001);
    expect(voltage(supply, 1_900)).to.be.below(0.05);
  });

  it('has noise and a resolution', () => {
    const supply = output(
      { voltageSetpoint: 5, enabled: true },
      { noise: { volts: 0.01, amperes: 0 }, resolution: { volts: 0.001, amperes: 0 } },
    );
    const values = Array.from({ length: 50 }, (_, index) => voltage(supply, 1_000 + index));
    expect(new Set(values)).to.have.length.above(5);
    expect(Math.max(...values.map((value) => Math.abs(value - 5)))).to.be.at.most(0.0105);
    expect(values.every((value) => Math.abs(value * 1_000 - Math.round(value * 1_000)) < 1e-6)).to.equal(true);
  });

  it('wakes from a day of sleep at once', () => {
    const supply = output({ voltageSetpoint: 5, enabled: true });
    supply.setLoad({ farads: 100 }, 0);
    expect(voltage(supply, 86_400_000)).to.equal(5);
  });

  it('is where it is however often it is looked at', () => {
    const times = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, fc.constantFrom(Infinity, 50, 10, 1), (pauses, ohms) => {
        const [watched, alone] = [output({ voltageSetpoint: 12 }), output({ voltageSetpoint: 12 })];
        for (const supply of [watched, alone]) {
          supply.setLoad({ ohms }, 0);
          supply.change({ enabled: true, overCurrentEnabled: true, overCurrentDelay: 0.1 }, 0);
        }
        let nowMs = 0;
        for (const pause of pauses) watched.measure((nowMs += pause));
        expect(watched.measure(nowMs).voltage).to.be.closeTo(alone.measure(nowMs).voltage, 0.7);
        expect(watched.tripsAt(nowMs)).to.deep.equal(alone.tripsAt(nowMs));
      }),
    );
  });
});
