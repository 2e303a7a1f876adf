import type { DriverFiles } from '../core/driver-file/driver-files.js';
import type { Links, LinksContext } from '../core/link.js';
import type { ConnectorKind, ManagerKind, Registry, ServiceKind } from '../core/connector.js';

/** What a station can be built from. */
export type Registries = {
  readonly managers: Registry<ManagerKind>;
  /** Kinds of manager that play what others connect to: they are started first, wherever the config has them. */
  readonly playing?: readonly string[];
  readonly connectors: Registry<ConnectorKind>;
  readonly services: Registry<ServiceKind>;
  readonly drivers: DriverFiles;
  /** Roads to instruments, for the managers. */
  readonly links: (context: LinksContext) => Links;
};
