import { HardwareError } from '../../core/errors.js';
import { volts, type Volts } from '../../core/units.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const numberIn = (text: string, request: string): number => {
  if (NUMBER.test(text)) return Number(text);
  throw new HardwareError('DEVICE_FAULT', `${request} was answered by "${text.slice(0, 80)}", which is no number`);
};

/** What the Agilent 34401A says instead of a reading that its range cannot hold: 9.9E+37 with the sign of the input. */
const OVERLOAD = 9.9e37;

/** The answer to `READ?`: one number, unit V. Errors: DEVICE_FAULT when it is none, or an overload. */
export const voltmeterReading = (answer: string): Volts => {
  const reading = numberIn(answer.trim(), 'READ?');
  if (Math.abs(reading) >= OVERLOAD)
    throw new HardwareError('DEVICE_FAULT', 'the voltmeter is overloaded: over 12 V at its input');
  return volts(reading);
};

/** The answer to `OUT?`: amplitude and unit first, such as `5.141759E+00,V,0.00E+00,0,0.00E+00`. Errors: DEVICE_FAULT. */
export const calibratorOutput = (answer: string): Volts => {
  const [amplitude = '', unit = ''] = answer.split(',').map((part) => part.trim());
  const output = numberIn(amplitude, 'OUT?');
  if (unit.toUpperCase() === 'V') return volts(output);
  throw new HardwareError(
    'DEVICE_FAULT',
    `the calibrator puts out "${unit.slice(0, 20)}", not volts; somebody has set it by hand`,
  );
};

/** IEEE 488.2, 11.5.1: bit 7 of the event status is set by switching the instrument on, and cleared by reading it. */
const POWER_ON = 128;

/** The answer to `*ESR?`: whether the instrument was switched on since it was last asked. Errors: DEVICE_FAULT. */
export const wasSwitchedOn = (answer: string): boolean => (numberIn(answer.trim(), '*ESR?') & POWER_ON) !== 0;
