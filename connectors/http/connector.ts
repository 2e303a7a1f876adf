import type { Connector, ConnectorKind, PartContext } from '../../core/connector.js';
import { metricsSection } from '../metrics/metrics-section.js';
import { psudaemonSection } from '../psudaemon/section.js';
import { docsSection } from '../rest/docs-section.js';
import { restSection } from '../rest/rest-section.js';
import { consoleDirectory, consoleSection } from './console-section.js';
import { healthSection } from './health-section.js';
import { createHttpConnector } from './http-connector.js';
import { httpOptionsSchema, readHttpOptions, type HttpOptions } from './options.js';
import { isRootOwned, type HttpSection } from './section.js';
import { socketsSection } from './sockets-section.js';

/** One HTTP port with everything of ours under `/busbar/`, and what the config puts beside it. */
export const httpKind: ConnectorKind = {
  optionsSchema: httpOptionsSchema,
  create: (rawOptions, { log, ...rest }): Connector => {
    const options = readHttpOptions(rawOptions);
    const context = { ...rest, log: log.child({ connector: rest.name }) };
    const foreign = foreignSections(options, context);
    return createHttpConnector(context, {
      ...options,
      sections: [...foreign, ...ownSections(options, context, !isRootOwned(foreign))],
    });
  },
};

/** Dialects, each with the root of the port or a prefix of its own. */
const foreignSections = (options: HttpOptions, context: PartContext): readonly HttpSection[] =>
  options.psudaemon === undefined ? [] : [psudaemonSection(context, options.psudaemon, options)];

const ownSections = (options: HttpOptions, context: PartContext, isAtRoot: boolean): readonly HttpSection[] => [
  socketsSection(context, options),
  ...(options.api ? [restSection(context, options)] : []),
  ...(options.docs ? [docsSection()] : []),
  ...(options.metrics ? [metricsSection(context, { isAtRoot, psuName: psuNames(options) })] : []),
  ...(options.health ? [healthSection(context, isAtRoot)] : []),
  ...(options.console ? [consoleSection({ directory: consoleDirectory(), isAtRoot })] : []),
];

/** What PSUDaemon's clients call the supply behind a manager: the boards that were drawn for them ask by that name. A manager
 *  that is no unit, and has the name of one, is told from it: two series of the same labels are none. */
export const psuNames = ({ psudaemon }: Pick<HttpOptions, 'psudaemon'>): ((manager: string) => string) => {
  const units = psudaemon?.units ?? {};
  const names = new Map(Object.entries(units).map(([unit, { manager }]) => [manager, unit] as const));
  return (manager) => names.get(manager) ?? (Object.hasOwn(units, manager) ? `manager ${manager}` : manager);
};
