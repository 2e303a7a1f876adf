import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/log.js';
import type { Instrument, InstrumentServer } from '../instrument/instrument.js';
import { createHislipServer } from '../servers/hislip/hislip-server.js';
import { createPrologixServer } from '../servers/prologix/prologix-server.js';
import { createScpiSocketServer } from '../servers/scpi-socket/scpi-socket-server.js';
import { createVxi11Server } from '../servers/vxi11/vxi11-server.js';
import type { ServerOptions } from './bench.options.js';

/** Makes the server that the options ask for; `find` knows the instruments by name. A test hands in one without sockets. */
export type CreateServer = (
  options: ServerOptions,
  find: (name: string) => Instrument,
  context: { readonly clock: Clock; readonly log: Logger; readonly socketPort: number | undefined },
) => InstrumentServer;

const DEFAULT_HOST = '127.0.0.1';
/** What such instruments have; IANA's for HiSLIP, Keysight's for the socket, Prologix' own. */
const defaultPorts = { socket: 5025, vxi11: 0, hislip: 4880, prologix: 1234 } as const;

/** Instruments by what clients call them. */
export const instrumentsOf = (server: ServerOptions): Readonly<Record<string, string>> => {
  switch (server.protocol) {
    case 'socket':
      return { instrument: server.instrument };
    case 'vxi11':
    case 'hislip':
      return server.devices;
    case 'prologix':
      return server.addresses;
  }
};

export const createServer: CreateServer = (options, find, { clock, log, socketPort }) => {
  const { protocol, host = DEFAULT_HOST } = options;
  const context = { clock, log };
  const port = options.port ?? (protocol === 'socket' ? socketPort : undefined) ?? defaultPorts[protocol];
  const played = Object.fromEntries(Object.entries(instrumentsOf(options)).map(([as, name]) => [as, find(name)]));
  switch (options.protocol) {
    case 'socket':
      return createScpiSocketServer({ host, port, instrument: find(options.instrument) }, context);
    case 'vxi11':
      return createVxi11Server({ host, port, portmapper: options.portmapper ?? false, devices: played }, context);
    case 'hislip':
      return createHislipServer({ host, port, devices: played }, context);
    case 'prologix':
      return createPrologixServer({ host, port, addresses: played }, context);
  }
};
