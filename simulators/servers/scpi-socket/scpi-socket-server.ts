import type { Socket } from 'node:net';
import type { Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import type { Instrument, InstrumentServer } from '../../instrument/instrument.js';
import { ScpiSocketPeer } from './scpi-socket-peer.js';
import { hostForResource, TcpPort } from '../tcp-port.js';

export type ScpiSocketServerOptions = {
  readonly host: string;
  /** 0: any that is free; instruments listen on 5025. */
  readonly port: number;
  readonly instrument: Instrument;
  /** How a cut of the instrument looks to its clients. Default `reset`. */
  readonly cutBy?: 'reset' | 'end';
  /** Default 64: instruments take two to four, a simulated one is shared by a whole test. */
  readonly maxConnections?: number;
};

/** Raw SCPI over TCP: lines both ways, no greeting, no prompt (psu-rest spec, 5). */
export const createScpiSocketServer = (
  { host, port, instrument, cutBy = 'reset', maxConnections = 64 }: ScpiSocketServerOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): InstrumentServer => {
  const onConnection = (socket: Socket): void => {
    if (!instrument.isOn) {
      socket.resetAndDestroy();
      return;
    }
    const cut = (): void => {
      if (cutBy === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    };
    new ScpiSocketPeer({ stream: socket, session: instrument.connect(), clock, log, cut });
  };
  const listener = new TcpPort({ host, port, maxConnections, log, onConnection });
  return {
    start: async () => [`TCPIP0::${hostForResource(host)}::${await listener.start()}::SOCKET`],
    stop: () => listener.stop(),
  };
};
