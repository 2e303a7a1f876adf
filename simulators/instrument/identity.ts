import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { simulatedIdentity } from '../../core/driver-file/simulated-identity.js';
import type { Machine } from './machine.js';

/** The answer to `*IDN?`. */
export const identityOf = ({ driver, model, serial }: Machine): string =>
  simulatedIdentity(driver.file, model.name, serial);

/** How instruments say that they have refused nothing. */
const noErrors: readonly [string, ...string[]] = ['+0,"No error"', '0,"No error"', '0,"No Error"', '0, No Error', '0'];

/** The first form that the driver of this file understands. */
export const noErrorOf = ({ errorQueue }: DriverFile): string => {
  if (errorQueue === undefined) return noErrors[0];
  const none = new RegExp(errorQueue.none);
  return noErrors.find((text) => none.test(text)) ?? noErrors[0];
};
