import { template } from '../../core/driver-file/template.js';
import type { CommandEntry, CommandValues, Outcome } from './command-set.js';
import { identityOf, noErrorOf } from './identity.js';
import type { Machine } from './machine.js';
import { numericArgument } from './numeric-argument.js';
import { scpiErrors } from './scpi-error.js';
import { eventBits, statusBits } from './status-registers.js';

/** What every instrument understands (IEEE 488.2, 10; SCPI-99, volume 2, 21); a driver file may have its own. `*STB?` and
 *  `*OPC?` need no waiting: every command is done when the next one is read. */
export const commonCommands: readonly CommandEntry[] = Object.entries<
  (machine: Machine, values: CommandValues) => Outcome
>({
  '*IDN?': identityOf,
  '*CLS': (machine) => {
    machine.clearStatus();
    return undefined;
  },
  '*RST': (machine) => {
    machine.reset();
    return undefined;
  },
  '*ESR?': ({ status }) => String(status.takeEvents()),
  '*ESE?': ({ status }) => String(status.eventEnable),
  '*ESE {value}': ({ status }, { value }) => register(value, (bits) => (status.eventEnable = bits)),
  '*SRE?': ({ status }) => String(status.serviceEnable),
  '*SRE {value}': ({ status }, { value }) =>
    register(value, (bits) => (status.serviceEnable = bits & ~statusBits.requestOrMaster)),
  '*STB?': ({ status, errors }) => {
    const byte = status.byte(false, errors.length > 0); // the answer to *STB? itself does not wait yet
    return String(status.reasonsIn(byte) === 0 ? byte : byte | statusBits.requestOrMaster);
  },
  '*OPC': ({ status }) => {
    status.set(eventBits.operationComplete);
    return undefined;
  },
  '*OPC?': () => '1',
  '*WAI': () => undefined,
  '*TST?': () => '0',
  '*TRG': () => undefined,
  '*OPT?': () => '0',
  'SYSTem:ERRor[:NEXT]?': takeError,
  'SYSTem:ERRor:COUNt?': ({ errors }) => String(errors.length),
  'SYSTem:VERSion?': () => '1999.0',
  'SYSTem:LOCal': () => undefined,
  'SYSTem:REMote': () => undefined,
  'SYSTem:RWLock': () => undefined,
}).map(([text, handle]) => ({ template: template(text), handle }));

/** Removes the oldest one. */
export function takeError({ errors, driver }: Machine): Outcome {
  const error = errors.shift();
  return error === undefined ? noErrorOf(driver.file) : `${error.code},"${error.text.replaceAll('"', "'")}"`;
}

const register = (text: string | undefined, set: (bits: number) => void): Outcome => {
  const number = numericArgument(text ?? '', undefined);
  if (number.type !== 'number') return scpiErrors.dataType;
  const bits = Math.round(number.value);
  if (!(bits >= 0 && bits <= 255)) return scpiErrors.outOfRange;
  set(bits);
  return undefined;
};
