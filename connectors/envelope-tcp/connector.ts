import type { Connector, ConnectorKind } from '../../core/connector.js';
import { TcpServer } from '../transports/tcp-server.js';
import { onlineEnvelopes } from './online-envelopes.js';
import { optionsSchema, readOptions } from './options.js';

/** DataForge Envelopes over TCP, in Online's words. */
export const envelopeTcpKind: ConnectorKind = {
  optionsSchema,
  create: (rawOptions, context): Connector => {
    const options = readOptions(rawOptions);
    const { name, clock } = context;
    const log = context.log.child({ connector: name });
    const envelopes = onlineEnvelopes(options, { ...context, log });
    const server = new TcpServer({ ...options, clock, log, onConnection: envelopes.join });
    return {
      start: async () => [{ name, url: await server.start() }],
      stop: async () => {
        envelopes.close();
        await server.stop();
      },
      peers: envelopes.peers,
    };
  },
};
