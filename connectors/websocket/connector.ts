import type { Connector, ConnectorKind, Listener, PartContext } from '../../core/connector.js';
import { ChunkTurn } from '../transports/chunk-turn.js';
import { HttpServer, type UpgradeRoute } from '../transports/http-server.js';
import { WsServer } from '../transports/ws-server.js';
import { channelEndpoint } from './channel-endpoint.js';
import { consoleDirectory, consoleRoutes } from './console-routes.js';
import type { Endpoint } from './endpoint.js';
import { nativeEndpoint } from './native-endpoint.js';
import { optionsSchema, readOptions, type WebsocketOptions } from './options.js';

const GOODBYE = 'the station is stopping';

/** One HTTP port: the console's files, and WebSockets for the native protocol and for the HV web page. */
export const websocketKind: ConnectorKind = {
  optionsSchema,
  create: (rawOptions, context): Connector => {
    const options = readOptions(rawOptions);
    const log = context.log.child({ connector: context.name });
    const chunkTurn = new ChunkTurn(context.clock);
    const { clock } = chunkTurn;
    const endpoints = endpointsOf(options, { ...context, clock, log });
    const sockets = new WsServer({ clock, chunkTurn, log, origins: options });
    const server = new HttpServer({
      ...options,
      log,
      routes: options.console ? consoleRoutes(consoleDirectory()) : [],
      upgrades: endpoints.map((endpoint) => upgradeRoute(endpoint, sockets)),
    });
    return {
      start: async () => listeners(context.name, await server.start(), endpoints),
      stop: async () => {
        for (const endpoint of endpoints) endpoint.close(GOODBYE);
        await Promise.all([server.stop(), sockets.stop(GOODBYE)]);
      },
      peers: () => endpoints.flatMap((endpoint) => endpoint.peers()),
    };
  },
};

const endpointsOf = ({ native, channel, outboxBytes }: WebsocketOptions, context: PartContext): readonly Endpoint[] => [
  ...(native ? [nativeEndpoint(context, outboxBytes)] : []),
  ...(channel === undefined ? [] : [channelEndpoint(context, channel, outboxBytes)]),
];

const upgradeRoute = ({ claims, join }: Endpoint, sockets: WsServer): UpgradeRoute => ({
  claims,
  upgrade: (request, socket, head) => {
    sockets.upgrade(request, socket, head, join);
  },
});

type Address = { readonly host: string; readonly port: number };

const listeners = (name: string, { host, port }: Address, endpoints: readonly Endpoint[]): readonly Listener[] => [
  { name, url: `http://${host}:${port}/` },
  ...endpoints.map((endpoint) => ({ name: `${name}/${endpoint.name}`, url: `ws://${host}:${port}${endpoint.path}` })),
];
