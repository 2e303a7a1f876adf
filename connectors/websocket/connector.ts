import type { Connector, ConnectorKind } from '../../core/connector.js';
import { consoleDirectory, consoleSection } from '../http/console-section.js';
import { createHttpConnector } from '../http/http-connector.js';
import { socketsSection } from '../http/sockets-section.js';
import { optionsSchema, readOptions } from './options.js';

/** One HTTP port: the console's files, and WebSockets for the native protocol and for the HV web page. */
export const websocketKind: ConnectorKind = {
  optionsSchema,
  create: (rawOptions, { log, ...rest }): Connector => {
    const options = readOptions(rawOptions);
    const context = { ...rest, log: log.child({ connector: rest.name }) };
    const console = options.console ? [consoleSection({ directory: consoleDirectory(), isAtRoot: true })] : [];
    return createHttpConnector(context, { ...options, sections: [socketsSection(context, options), ...console] });
  },
};
