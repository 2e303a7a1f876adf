import type { Connector, ConnectorKind } from '../../core/connector.js';
import { ZeromqConnector } from './zeromq-connector.js';
import { optionsSchema, readOptions } from './options.js';

/** Readings published over XPUB, commands taken by a ROUTER. */
export const zeromqKind: ConnectorKind = {
  optionsSchema,
  create: (rawOptions, context): Connector => new ZeromqConnector(readOptions(rawOptions), context),
};
