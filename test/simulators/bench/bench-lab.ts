import type { JsonObject } from '../../../core/json-value.js';
import type { HardwareManager } from '../../../core/manager.js';
import { benchKind } from '../../../simulators/bench/bench.kind.js';
import { createCompiler } from '../../../schemas/compiler.js';
import type { FakeStation } from '../../managers/fake-station.js';

/** What the schema and then the kind have against these options: the first word of either, or nothing. */
export const refusalOf = (station: FakeStation, options: JsonObject): string | undefined => {
  const [violation] = createCompiler()(benchKind.optionsSchema)(options);
  if (violation !== undefined) return `${violation.path}: ${violation.message}`;
  try {
    benchKind.create(options, station.context('bench'));
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

/** Instruments without servers: no socket is opened. */
export const startBench = (station: FakeStation, instruments: JsonObject): Promise<HardwareManager> =>
  station.start(benchKind.create({ instruments, seed: 1 }, station.context('bench')));
