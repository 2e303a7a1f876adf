import { dirname, join } from 'node:path';
import { allKinds } from './station/all-kinds.js';
import { readConfig, type ConfigResult } from './station/config/read-config.js';
import { createDriverFiles } from './station/driver-files.js';
import { packageRoot } from './station/package-root.js';
import type { Registries } from './station/registries.js';
import { serve as serveStation } from './station/serve.js';

/** What `npm start` runs: a laboratory without hardware. */
const DEFAULT_CONFIG = 'examples/lab.yaml';

/** Where PSUDaemon looks for its configuration when nobody says another place. */
const PSUDAEMON_CONFIG = 'conf/psudaemon.yaml';

/** A driver file of one's own is named from where the config is. */
const kindsFor = (configPath: string): Registries => ({
  ...allKinds,
  drivers: createDriverFiles(dirname(configPath)),
});

/** Runs a station; without a config the simulated laboratory. Resolves when it is up, or when it could not be started. */
export const serve = (configPath: string = join(packageRoot(), DEFAULT_CONFIG)): Promise<void> =>
  serveStation({ configPath, env: process.env, registries: kindsFor(configPath) });

/** The same in the place of a PSUDaemon, by its own file: the one named, that of PSUDAEMON_CONF, or conf/psudaemon.yaml. */
export const servePsudaemon = (path: string | undefined): Promise<void> => {
  const configPath = path ?? (process.env['PSUDAEMON_CONF'] || PSUDAEMON_CONFIG);
  return serveStation({ configPath, env: process.env, registries: kindsFor(configPath), format: 'psudaemon' });
};

/** Everything that is wrong with a config, one line each, or the checked config. */
export const checkConfig = (path: string): Promise<ConfigResult> =>
  readConfig({ path, env: process.env, registries: kindsFor(path) });
