import type { Socket } from 'node:net';
import type { Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import { IP_TCP, PORTMAPPER_PORT } from '../../../core/wire/portmapper.js';
import { VXI11_CORE } from '../../../core/wire/vxi11.js';
import type { Instrument, InstrumentServer } from '../../instrument/instrument.js';
import { Portmapper } from './portmapper.js';
import { RpcPeer } from './rpc-peer.js';
import { hostForResource, TcpPort } from '../tcp-port.js';
import { abortProgram } from './vxi11-abort.js';
import { Vxi11Connection } from './vxi11-connection.js';
import { Vxi11DeviceTable } from './vxi11-device-table.js';

export type Vxi11ServerOptions = {
  readonly host: string;
  /** Of the core program; 0: any that is free, as on instruments. */
  readonly port: number;
  /** Its own portmapper: true: on 111, where clients ask; a number: on that port. Default false: clients name the port. */
  readonly portmapper?: number | boolean;
  /** By device name: `inst0`, and behind a gateway `gpib0,4`. */
  readonly devices: { readonly [name: string]: Instrument };
  /** Longest data of one write. Default 65536. */
  readonly maxReceiveBytes?: number;
  /** Default 64: instruments take two to four, a simulated one is shared by a whole test. */
  readonly maxConnections?: number;
};

/** A call around its data: header, credentials, the other arguments. */
const CALL_BYTES = 1024;

/** Plays instruments over VXI-11 (psu-rest spec, 7), with abort and interrupt channel, and a portmapper when asked for. */
export const createVxi11Server = (
  options: Vxi11ServerOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): InstrumentServer => {
  const { host, port, portmapper = false, maxReceiveBytes = 65_536, maxConnections = 64 } = options;
  const devices = new Vxi11DeviceTable(options.devices, clock);
  const ports = { core: 0, abort: 0 };

  const onCore = (socket: Socket): void => {
    const connection = new Vxi11Connection({
      devices,
      clock,
      abortPort: ports.abort,
      maxReceiveBytes,
      clientHost: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      cut: () => socket.resetAndDestroy(),
    });
    socket.once('close', () => {
      connection.close();
    });
    new RpcPeer({
      stream: socket,
      programs: [connection.program],
      clock,
      log,
      // A write that is somewhat too long is refused by its size, not by its record.
      maxRecordBytes: 2 * maxReceiveBytes + CALL_BYTES,
      mayBeSilent: () => connection.hasLinks,
      onEnd: () => {
        connection.hangUp();
      },
    });
  };

  const onAbort = (socket: Socket): void => {
    const mayBeSilent = () => true; // it is there for the moment when it is needed
    new RpcPeer({
      stream: socket,
      programs: [abortProgram(devices)],
      clock,
      log,
      maxRecordBytes: CALL_BYTES,
      mayBeSilent,
    });
  };

  const whileOn = (accept: (socket: Socket) => void) => (socket: Socket) => {
    if (devices.isOn) accept(socket);
    else socket.resetAndDestroy();
  };
  const core = new TcpPort({ host, port, maxConnections, log, onConnection: whileOn(onCore) });
  const abort = new TcpPort({ host, port: 0, maxConnections, log, onConnection: whileOn(onAbort) });
  const mapper =
    portmapper === false
      ? undefined
      : new Portmapper({
          host,
          port: portmapper === true ? PORTMAPPER_PORT : portmapper,
          mappings: () => [{ ...VXI11_CORE, protocol: IP_TCP, port: ports.core }],
          isOn: () => devices.isOn,
          clock,
          log,
        });
  const stop = async (): Promise<void> => {
    await Promise.all([mapper?.stop(), core.stop(), abort.stop()]);
  };

  return {
    start: async () => {
      try {
        [ports.abort, ports.core] = await Promise.all([abort.start(), core.start()]);
        const mappedAt = await mapper?.start();
        const place = `${hostForResource(host)}${mappedAt === PORTMAPPER_PORT ? '' : `,${ports.core}`}`;
        return devices.names.map((name) => `TCPIP0::${place}::${name}::INSTR`);
      } catch (thrown) {
        await stop();
        throw thrown;
      }
    },
    stop,
  };
};
