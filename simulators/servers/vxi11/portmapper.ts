import type { Socket as DatagramSocket } from 'node:dgram';
import type { Clock } from '../../../core/clock.js';
import type { Logger } from '../../../core/log.js';
import { dumpPorts, getPort, PORTMAPPER, PORTMAPPER_PORT, type PortMapping } from '../../../core/wire/portmapper.js';
import { HardwareError } from '../../../core/errors.js';
import { RpcPeer } from './rpc-peer.js';
import { answerCall, served, type RpcProgram } from './rpc-program.js';
import { bindUdp } from '../udp-port.js';
import { TcpPort } from '../tcp-port.js';

export type PortmapperOptions = {
  readonly host: string;
  /** 111 is where clients ask; 0: any that is free. */
  readonly port: number;
  /** What is registered now. */
  readonly mappings: () => readonly PortMapping[];
  /** False: nobody is there to answer. */
  readonly isOn: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
};

/** A call of the portmapper has 14 words. */
const MAX_RECORD_BYTES = 1024;
const MAX_CONNECTIONS = 64;

/** The program itself: GETPORT and DUMP. Foreign registrations (SET, UNSET, CALLIT) are not taken. */
export const portmapperProgram = (mappings: () => readonly PortMapping[]): RpcProgram => ({
  ...PORTMAPPER,
  procedures: new Map([
    served(getPort, (wanted) => mappings().find((known) => isSame(known, wanted))?.port ?? 0),
    served(dumpPorts, mappings),
  ]),
});

const isSame = (one: PortMapping, other: PortMapping): boolean =>
  one.program === other.program && one.version === other.version && one.protocol === other.protocol;

/** Tells over TCP and UDP at which port a program listens. */
export class Portmapper {
  readonly #options: PortmapperOptions;
  readonly #programs: readonly RpcProgram[];
  readonly #tcp: TcpPort;
  #udp: DatagramSocket | undefined;

  constructor(options: PortmapperOptions) {
    const { host, port, mappings, isOn, clock, log } = options;
    this.#options = options;
    this.#programs = [portmapperProgram(mappings)];
    this.#tcp = new TcpPort({
      host,
      port,
      maxConnections: MAX_CONNECTIONS,
      log,
      onConnection: (socket) => {
        if (!isOn()) socket.resetAndDestroy();
        else new RpcPeer({ stream: socket, programs: this.#programs, clock, log, maxRecordBytes: MAX_RECORD_BYTES });
      },
    });
  }

  /** Resolves with the port. Rejects with BAD_ARGUMENT when it cannot be had. */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    try {
      const bound = await this.#tcp.start();
      this.#udp = await bindUdp(host, bound);
      this.#listen(this.#udp);
      return bound;
    } catch (thrown) {
      await this.stop();
      throw port === PORTMAPPER_PORT ? withAdvice(host, thrown) : thrown;
    }
  }

  async stop(): Promise<void> {
    const udp = this.#udp;
    this.#udp = undefined;
    if (udp !== undefined) await new Promise<void>((resolve) => udp.close(resolve));
    await this.#tcp.stop();
  }

  #listen(udp: DatagramSocket): void {
    const { isOn, log } = this.#options;
    udp.on('message', (message, { address, port }) => {
      if (!isOn() || message.length > MAX_RECORD_BYTES) return;
      answerCall(this.#programs, message)
        .then((reply) => {
          if (reply !== undefined && this.#udp === udp) udp.send(reply, port, address, () => undefined);
        })
        .catch((thrown: unknown) => {
          log.error('the portmapper failed at a call', { reason: String(thrown) });
        });
    });
  }
}

const withAdvice = (host: string, thrown: unknown): HardwareError =>
  new HardwareError(
    'BAD_ARGUMENT',
    `${thrown instanceof Error ? thrown.message : String(thrown)}. Port 111 is the portmapper's: where the system runs its ` +
      `own (systemctl stop rpcbind.socket rpcbind ends it) or this is not root, leave the portmapper out and write the port ` +
      `into the resource string: TCPIP::${host},PORT::inst0::INSTR`,
    { cause: thrown },
  );
