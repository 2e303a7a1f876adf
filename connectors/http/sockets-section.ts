import type { PartContext } from '../../core/connector.js';
import { ChunkTurn } from '../transports/chunk-turn.js';
import type { OriginPolicy } from '../transports/origin-policy.js';
import type { UpgradeRoute } from '../transports/upgrade-route.js';
import { WsServer } from '../transports/ws-server.js';
import { channelEndpoint, type ChannelOptions } from '../websocket/channel-endpoint.js';
import type { Endpoint } from '../websocket/endpoint.js';
import { nativeEndpoint } from '../websocket/native-endpoint.js';
import type { HttpSection } from './section.js';

export type SocketsOptions = OriginPolicy & {
  readonly native: boolean;
  readonly channel?: ChannelOptions;
  readonly outboxBytes: number;
};

/** The WebSockets of a port: the native protocol, and the words of the HV web page. */
export const socketsSection = (context: PartContext, options: SocketsOptions): HttpSection => {
  const chunkTurn = new ChunkTurn(context.clock);
  const { clock } = chunkTurn;
  const endpoints = endpointsOf(options, { ...context, clock });
  const sockets = new WsServer({ clock, chunkTurn, log: context.log, origins: options });
  return {
    name: 'sockets',
    register: () => undefined,
    upgrades: endpoints.map((endpoint) => upgradeRoute(endpoint, sockets)),
    listeners: (base) => endpoints.map(({ name, path }) => ({ name, url: `${base.replace('http', 'ws')}${path}` })),
    peers: () => endpoints.flatMap((endpoint) => endpoint.peers()),
    close: async (reason) => {
      for (const endpoint of endpoints) endpoint.close(reason);
      await sockets.stop(reason);
    },
  };
};

const endpointsOf = ({ native, channel, outboxBytes }: SocketsOptions, context: PartContext): readonly Endpoint[] => [
  ...(native ? [nativeEndpoint(context, outboxBytes)] : []),
  ...(channel === undefined ? [] : [channelEndpoint(context, channel, outboxBytes)]),
];

const upgradeRoute = ({ claims, join }: Endpoint, sockets: WsServer): UpgradeRoute => ({
  claims,
  upgrade: (request, socket, head) => {
    sockets.upgrade(request, socket, head, join);
  },
});
