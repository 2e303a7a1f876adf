import type { ConnectorKind, Registry } from '../core/connector.js';

/** Every kind of connector, by the name the config uses; a station loads what it uses. */
export const connectorRegistry: Registry<ConnectorKind> = {
  'envelope-tcp': async () => (await import('./envelope-tcp/connector.js')).envelopeTcpKind,
  http: async () => (await import('./http/connector.js')).httpKind,
  websocket: async () => (await import('./websocket/connector.js')).websocketKind,
  zeromq: async () => (await import('./zeromq/connector.js')).zeromqKind,
};
