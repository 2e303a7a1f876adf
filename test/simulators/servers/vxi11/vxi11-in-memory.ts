import { duplexPair, type Duplex } from 'node:stream';
import type { Clock } from '../../../../core/clock.js';
import { HardwareError } from '../../../../core/errors.js';
import { IP_TCP, PORTMAPPER_PORT } from '../../../../core/wire/portmapper.js';
import { VXI11_CORE } from '../../../../core/wire/vxi11.js';
import type { OpenInterruptPort } from '../../../../managers/links/vxi11/vxi11-interrupts.js';
import type { OpenTcpStream } from '../../../../managers/links/tcp-stream.js';
import type { Instrument } from '../../../../simulators/instrument/instrument.js';
import { portmapperProgram } from '../../../../simulators/servers/vxi11/portmapper.js';
import { RpcPeer } from '../../../../simulators/servers/vxi11/rpc-peer.js';
import type { RpcProgram } from '../../../../simulators/servers/vxi11/rpc-program.js';
import { abortProgram } from '../../../../simulators/servers/vxi11/vxi11-abort.js';
import { Vxi11Connection } from '../../../../simulators/servers/vxi11/vxi11-connection.js';
import { Vxi11DeviceTable } from '../../../../simulators/servers/vxi11/vxi11-device-table.js';
import { MemoryLog } from '../../../support/memory-log.js';

export const CORE_PORT = 1024;
export const ABORT_PORT = 1025;

/** Lets everything happen that waits for nothing but its turn. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A VXI-11 server without a network: connections are pairs of streams. */
export class Vxi11InMemory {
  readonly log = new MemoryLog();
  readonly devices: Vxi11DeviceTable;
  readonly connections: Duplex[] = [];
  /** The interrupt port that a client has opened, as the server calls it. */
  interruptHandler: ((handle: Uint8Array) => void) | undefined;
  openInterruptPorts = 0;
  /** Ports that take no connection. */
  readonly closedPorts = new Set<number>();
  maxReceiveBytes = 65_536;
  readonly #clock: Clock;

  constructor(devices: { readonly [name: string]: Instrument }, clock: Clock) {
    this.#clock = clock;
    this.devices = new Vxi11DeviceTable(devices, clock);
  }

  /** Ports that clients have connected to, in order. */
  readonly opened: number[] = [];

  readonly openTcp: OpenTcpStream = (_host, port) => {
    if (this.closedPorts.has(port)) return Promise.reject(new HardwareError('DISCONNECTED', `${port} is closed`));
    this.opened.push(port);
    return Promise.resolve(this.connect(port));
  };

  readonly openPort: OpenInterruptPort = (_host, onCall) => {
    this.interruptHandler = onCall;
    this.openInterruptPorts += 1;
    return Promise.resolve({
      hostAddress: 0x7f000001,
      hostPort: 40_001,
      close: () => {
        this.openInterruptPorts -= 1;
      },
    });
  };

  connect(port = CORE_PORT): Duplex {
    const [ours, theirs] = duplexPair({ allowHalfOpen: true });
    ours.on('error', () => undefined);
    theirs.on('error', () => undefined);
    this.connections.push(ours);
    // A pair of streams does not tell one end that the other was destroyed.
    theirs.once('close', () => ours.destroy());
    ours.once('close', () => theirs.destroy());
    const connection = new Vxi11Connection({
      devices: this.devices,
      clock: this.#clock,
      abortPort: ABORT_PORT,
      maxReceiveBytes: this.maxReceiveBytes,
      clientHost: '127.0.0.1',
      cut: () => void ours.destroy(),
      openChannel: () => {
        const handler = this.interruptHandler;
        if (handler === undefined) return Promise.reject(new Error('nobody listens'));
        return Promise.resolve({ send: handler, close: () => undefined });
      },
    });
    ours.once('close', () => {
      connection.close();
    });
    const programs: { readonly [port: number]: RpcProgram } = {
      [PORTMAPPER_PORT]: portmapperProgram(() => [{ ...VXI11_CORE, protocol: IP_TCP, port: CORE_PORT }]),
      [CORE_PORT]: connection.program,
      [ABORT_PORT]: abortProgram(this.devices),
    };
    const program = programs[port];
    new RpcPeer({
      stream: ours,
      programs: program === undefined ? [] : [program],
      clock: this.#clock,
      log: this.log,
      maxRecordBytes: 2 * this.maxReceiveBytes + 1024,
      mayBeSilent: () => port === ABORT_PORT || connection.hasLinks,
      onEnd: () => {
        connection.hangUp();
      },
    });
    return theirs;
  }

  close(): void {
    for (const connection of this.connections) connection.destroy();
  }
}
