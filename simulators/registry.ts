import type { ManagerKind, Registry } from '../core/connector.js';

/** Kinds of manager that play hardware to others: to Busbar's own managers, and to any other program. */
export const simulatorKinds: Registry<ManagerKind> = {
  'simulated-bench': async () => (await import('./bench/bench.kind.js')).benchKind,
};
