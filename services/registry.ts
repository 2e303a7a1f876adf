import type { Registry, ServiceKind } from '../core/connector.js';

/** Kind of service, as the config names it, to the module that builds it. */
export const serviceKinds: Registry<ServiceKind> = {
  'daily-log': async () => (await import('./daily-log/daily-log.kind.js')).dailyLogKind,
};
