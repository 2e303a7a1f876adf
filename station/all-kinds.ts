import { connectorRegistry } from '../connectors/registry.js';
import { createLinks } from '../managers/links/registry.js';
import { managerKinds } from '../managers/registry.js';
import { serviceKinds } from '../services/registry.js';
import { simulatorKinds } from '../simulators/registry.js';
import { driverFiles } from './driver-files.js';
import type { Registries } from './registries.js';

/** Everything that this program can be made of. */
export const allKinds: Registries = {
  managers: { ...managerKinds, ...simulatorKinds },
  playing: Object.keys(simulatorKinds),
  connectors: connectorRegistry,
  services: serviceKinds,
  drivers: driverFiles,
  links: createLinks,
};
