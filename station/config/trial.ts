import type { ManagerKind } from '../../core/connector.js';
import { toProblem } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import { silentLog } from '../../core/log.js';
import type { HardwareManager } from '../../core/manager.js';
import { OutputStream } from '../../core/output-stream.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../system-clock.js';

export type Trial = { readonly manager: HardwareManager } | { readonly problem: string };

/** Builds a manager that is never started: it finds what no schema can say (two blocks of one name), and knows its channels. */
export const tryManager = (kind: ManagerKind, name: string, options: JsonObject): Trial => {
  try {
    const context = {
      stream: new OutputStream(name, systemClock),
      clock: systemClock,
      random: () => 0.5,
      log: silentLog,
      compile: createCompiler(),
    };
    return { manager: kind.create(options, context) };
  } catch (thrown) {
    return { problem: toProblem(thrown).message };
  }
};
