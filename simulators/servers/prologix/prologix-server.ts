import type { Duplex } from 'node:stream';
import type { Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import type { InstrumentServer } from '../../instrument/instrument.js';
import { GpibBus, type GpibAddresses } from './gpib-bus.js';
import { SimulatedPrologix } from './prologix-adapter.js';
import { servePrologix } from './prologix-peer.js';
import { hostForResource, TcpPort } from '../tcp-port.js';

export type PrologixServerOptions = {
  readonly host: string;
  /** 0: any that is free; adapters listen on 1234. */
  readonly port: number;
  readonly addresses: GpibAddresses;
};

/** A Prologix-style GPIB-Ethernet adapter with instruments behind it (psu-rest spec, 4). It has one client: who connects last
 *  has it, and what was set stays set, as in the real one. */
export const createPrologixServer = (
  { host, port, addresses }: PrologixServerOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): InstrumentServer => {
  const bus = new GpibBus(addresses, clock);
  const adapter = new SimulatedPrologix(bus);
  let current: Duplex | undefined;
  const onConnection = (socket: Duplex): void => {
    current?.destroy();
    current = socket;
    servePrologix(socket, adapter, log);
  };
  const listener = new TcpPort({ host, port, maxConnections: 4, log, onConnection });
  return {
    start: async () => [`PRLGX-TCPIP0::${hostForResource(host)}::${await listener.start()}::INTFC`],
    stop: async () => {
      await listener.stop();
      bus.close();
    },
  };
};
