import { expect } from 'chai';
import fc from 'fast-check';
import { volts } from '../../../core/units.js';
import {
  controlVoltage,
  measuredCalibration,
  measuredVoltage,
  programmedVoltage,
} from '../../../managers/hv/calibration.js';

const control = (output: number) => controlVoltage(measuredCalibration, volts(output));

describe('the calibration of a rack', () => {
  it('asks for 18 kV with 5.14 V', () => {
    expect(control(18_000)).to.be.closeTo((18_000 - 1.2632) / 3_500.5048, 1e-12);
  });

  it('asks for nothing at and below the intercept', () => {
    expect([1.2632, 0, -5_000].map(control)).to.deep.equal([0, 0, 0]);
  });

  it('never asks for more than the input takes', () => {
    expect(control(40_000)).to.equal(10);
  });

  it('says that no control voltage asks for no output voltage', () => {
    expect(programmedVoltage(measuredCalibration, volts(0))).to.equal(0);
  });

  it('turns the negative voltmeter reading into a positive output voltage', () => {
    expect(measuredVoltage(measuredCalibration, volts(-1.23456789))).to.be.closeTo(5_000.8024, 1e-3);
  });

  it('reads back what was programmed, wherever the input can do it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.3, max: 35_000, noNaN: true }), (output) => {
        expect(programmedVoltage(measuredCalibration, control(output))).to.be.closeTo(output, 1e-6);
      }),
    );
  });
});
