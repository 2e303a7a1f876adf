import { HardwareError } from '../../../core/errors.js';

/** Exception codes of the Modbus application protocol (V1.1b3, 7), with what a person can do. */
export const modbusExceptions: { readonly [code: number]: string } = {
  1: 'illegal function: the station does not know this kind of request',
  2: 'illegal data address: the station has no such register; is the first one numbered 0 or 1?',
  3: 'illegal data value: the station does not take this value or this number of registers',
  4: 'server device failure: the station could not do it',
  5: 'acknowledge: the station has begun and needs longer',
  6: 'server device busy: the station is at work, try again later',
  7: 'negative acknowledge: the station cannot do this',
  8: 'memory parity error: the memory of the station is damaged',
  10: 'gateway path unavailable: the gateway is not set up for this unit',
  11: 'gateway target device failed to respond: is the unit switched on and on the line?',
};

/** What `modbus-serial` throws, in our words; `who`: the unit and its bus. */
export const modbusProblem = (thrown: unknown, who: string): HardwareError => {
  if (thrown instanceof HardwareError) return thrown;
  const code = exceptionCode(thrown);
  if (code !== undefined) {
    const meaning = modbusExceptions[code] ?? 'no exception of the standard';
    return new HardwareError('DEVICE_FAULT', `${who} refused with exception ${code}, ${meaning}`, { cause: thrown });
  }
  const message = messageOf(thrown);
  if (message === 'Timed out') return new HardwareError('TIMEOUT', `${who} did not answer in time`, { cause: thrown });
  if (message === 'Port Not Open') return new HardwareError('DISCONNECTED', `${who} is gone`, { cause: thrown });
  return new HardwareError('BAD_MESSAGE', `${who} sent what is no answer to the request: ${message}`, {
    cause: thrown,
  });
};

export const exceptionCode = (thrown: unknown): number | undefined => {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'modbusCode') : undefined;
  return typeof code === 'number' ? code : undefined;
};

/** What it says is wrong: its own errors, a time-out for one, are not of class Error. */
export const messageOf = (thrown: unknown): string => {
  const message: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'message') : thrown;
  return String(message);
};
