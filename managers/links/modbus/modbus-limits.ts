import { HardwareError } from '../../../core/errors.js';

/** How many of each go into one request (Modbus application protocol V1.1b3, 6). */
export const modbusLimits = {
  readRegisters: 125,
  writeRegisters: 123,
  readBits: 2_000,
  writeBits: 1_968,
} as const;

const LAST_ADDRESS = 65_535;
const LARGEST_VALUE = 65_535;

/** Throws BAD_ARGUMENT for what no request can say. */
export const checkCount = (address: number, count: number, most: number): void => {
  if (!isWithin(count, 1, most)) {
    throw new HardwareError('BAD_ARGUMENT', `a Modbus request takes 1..${most} values of this kind, not ${count}`);
  }
  if (!isWithin(address, 0, LAST_ADDRESS + 1 - count)) {
    throw new HardwareError(
      'BAD_ARGUMENT',
      `Modbus addresses are 0..${LAST_ADDRESS}, not ${address} with ${count} values`,
    );
  }
};

/** Throws BAD_ARGUMENT for what is no 16-bit number. */
export const checkValues = (values: readonly number[]): void => {
  const wrong = values.find((value) => !isWithin(value, 0, LARGEST_VALUE));
  if (wrong === undefined) return;
  throw new HardwareError('BAD_ARGUMENT', `a Modbus register holds 0..${LARGEST_VALUE}, not ${wrong}`);
};

const isWithin = (value: number, minimum: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= minimum && value <= maximum;
