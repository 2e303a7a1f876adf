import { HardwareError, toProblem, type Problem } from '../../core/errors.js';
import type { Refresh } from '../../core/manager-definition.js';
import type { Call } from '../../core/parameter.js';
import type { Output } from './psu.driver.js';
import type { Supply } from './supply.js';

/** Switches every output off, at once and without a ramp; each is told, whatever the others say, and believed only when it
 *  says that it is off. Rejects with those that could not be switched off. */
export const switchAllOff = async (supply: Supply, call: Call, refresh: Refresh<Output>): Promise<void> => {
  const outputs = supply.outputs.filter((output) => supply.has('enabled', output));
  if (outputs.length === 0) throw cannotBeSwitched();
  const results = await Promise.allSettled(
    outputs.map(async (output) => {
      const complaint = await complaintAbout(supply.write('enabled', output, false, call));
      await refresh('enabled', output);
      if (supply.isOff(output)) return;
      if (complaint !== undefined) throw new HardwareError(complaint.code, complaint.message);
      supply.refuseUnread('enabled', output);
      throw new HardwareError('DEVICE_FAULT', 'says that it is still on');
    }),
  );
  const failures = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ output: outputs[index], ...toProblem(result.reason) }] : [],
  );
  const [first] = failures;
  if (first === undefined) return;
  const which = failures.map(({ output, message }) => `output ${String(output)}: ${message}`).join('; ');
  const text = `${failures.length} of ${outputs.length} outputs may still be on: ${which}`;
  throw new HardwareError(first.code, text);
};

/** Nothing was done: nobody shall believe that the supply is off. */
export const cannotBeSwitched = (): HardwareError =>
  new HardwareError(
    'BAD_COMMAND',
    'this supply cannot be switched off from here, its outputs are as they were; with safe: hold that is wanted',
  );

const complaintAbout = (work: Promise<void>): Promise<Problem | undefined> => work.then(() => undefined, toProblem);
