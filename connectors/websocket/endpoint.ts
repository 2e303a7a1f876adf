import type { PeerReport } from '../../core/connector.js';
import type { Sink } from '../../core/outbox.js';
import type { WsPeer } from '../transports/ws-server.js';

/** One protocol on one path of the port. */
export type Endpoint = {
  /** Behind the connector's name in the list of listeners. */
  readonly name: string;
  /** Where it is announced; `claims` may take more. */
  readonly path: string;
  readonly claims: (path: string) => boolean;
  readonly join: (peer: string, sink: Sink) => WsPeer;
  readonly peers: () => readonly PeerReport[];
  /** Tells the peers and lets go of the bus. Idempotent. */
  readonly close: (reason: string) => void;
};

/** Bytes that leave in one write; 32 messages or more. */
export const MAX_BURST_BYTES = 65_536;
