import { volts, type Volts } from '../../core/units.js';

/** How a rack turns calibrator volts into high voltage, and high voltage into voltmeter volts. */
export type Calibration = {
  /** Output volts per volt at the control input. */
  readonly slope: number;
  /** Output volts at 0 V on the control input. */
  readonly intercept: number;
  /** Output volts per volt at the voltmeter; its sign is the divider's. */
  readonly divider: number;
};

/** Straight line fitted on 29.11.2022 over 0..19 kV, residual 0.11 V rms; divider as measured (spec 2.7). */
export const measuredCalibration: Calibration = { slope: 3500.5048, intercept: 1.2632, divider: -4050.65 };

/** The control input of the supply takes 0..10 V. */
const CONTROL_MAXIMUM = 10;

/** The control voltage for an output voltage, held within what the input takes. Unit V. */
export const controlVoltage = ({ slope, intercept }: Calibration, output: Volts): Volts =>
  volts(Math.min(Math.max((output - intercept) / slope, 0), CONTROL_MAXIMUM));

/** The output voltage that a control voltage asks for; no control voltage asks for none. Unit V. */
export const programmedVoltage = ({ slope, intercept }: Calibration, control: Volts): Volts =>
  volts(control > 0 ? control * slope + intercept : 0);

/** The output voltage that is programmed when `output` is asked for: the nearest that the control input can ask for. Unit V. */
export const reachableVoltage = (calibration: Calibration, output: Volts): Volts => {
  if (output <= calibration.intercept) return volts(0);
  return volts(Math.min(output, programmedVoltage(calibration, volts(CONTROL_MAXIMUM))));
};

/** The output voltage behind the divider that shows `reading`. Unit V. */
export const measuredVoltage = ({ divider }: Calibration, reading: Volts): Volts => volts(reading * divider);
