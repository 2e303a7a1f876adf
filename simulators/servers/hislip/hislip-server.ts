import type { Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import type { Instrument, InstrumentServer } from '../../instrument/instrument.js';
import { HislipConnection } from './hislip-connection.js';
import { HislipSessions } from './hislip-sessions.js';
import type { HislipMode } from './hislip-sync.js';
import { hostForResource, TcpPort } from '../tcp-port.js';

export type HislipServerOptions = {
  readonly host: string;
  /** 0: any that is free; instruments listen on 4880. */
  readonly port: number;
  /** By sub-address: `hislip0`. */
  readonly devices: { readonly [subAddress: string]: Instrument };
  /** What a session begins in, and what the server would rather do after a device clear. Default `synchronized`. */
  readonly mode?: HislipMode;
  /** Default 64. */
  readonly maxSessions?: number;
};

/** HiSLIP 1.0 (psu-rest spec, 8; IVI-6.1): both modes, locks, device clear; no encryption. */
export const createHislipServer = (
  { host, port, devices, mode = 'synchronized', maxSessions = 64 }: HislipServerOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): InstrumentServer => {
  const sessions = new HislipSessions({ devices, mode, maxSessions, clock });
  const listener = new TcpPort({
    host,
    port,
    maxConnections: 2 * maxSessions + 8, // room to tell those who are too many
    log,
    onConnection: (stream) => {
      const cut = (): void => void stream.resetAndDestroy();
      sessions.accept(new HislipConnection({ stream, clock, log, cut }));
    },
  });
  return {
    start: async () => {
      const bound = await listener.start();
      return Object.keys(devices).map((name) => `TCPIP0::${hostForResource(host)}::${name},${bound}::INSTR`);
    },
    stop: () => listener.stop(),
  };
};
