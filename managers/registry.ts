import type { ManagerKind, Registry } from '../core/connector.js';

/** Kind of manager, as the config names it, to the module that builds it. */
export const managerKinds: Registry<ManagerKind> = {
  hv: async () => (await import('./hv/hv.kind.js')).hvKind,
  psu: async () => (await import('./psu/psu.kind.js')).psuKind,
  instrument: async () => (await import('./instrument/instrument.kind.js')).instrumentKind,
};
