import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';

export type TcpPortOptions = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly maxConnections: number;
  readonly log: Logger;
  readonly onConnection: (socket: Socket) => void;
};

/** A client whose computer has vanished is noticed, with what it had locked. */
const KEEP_ALIVE_MS = 15_000;

/** A TCP port of a simulated instrument with a bounded number of connections. It moves no byte itself. */
export class TcpPort {
  readonly #options: TcpPortOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Done when the port is open, or cannot be had. */
  #starting: Promise<void> = Promise.resolve();

  constructor(options: TcpPortOptions) {
    this.#options = options;
    const settings = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    this.#server = createServer(settings, (socket) => {
      this.#accept(socket);
    });
  }

  /** Resolves with the port once it is open. Rejects with BAD_ARGUMENT when it cannot be had. */
  async start(): Promise<number> {
    const { log } = this.#options;
    const listening = this.#listen();
    this.#starting = listening.catch(() => undefined); // whoever starts it hears of it
    await listening;
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => {
      log.error('port is in trouble', { reason: error.message });
    });
    return portOf(this.#server.address());
  }

  /** Cuts every connection, as switching off does; a port that is being opened is closed when it is open. Idempotent. */
  async stop(): Promise<void> {
    await this.#starting;
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(bindError(`${host}:${port}`, error));
      });
      this.#server.listen({ host, port }, resolve);
    });
  }

  #accept(socket: Socket): void {
    const { maxConnections, log, onConnection } = this.#options;
    socket.on('error', () => undefined); // `close` follows
    if (!this.#makeRoom()) {
      socket.resetAndDestroy();
      log.debug('connection refused: too many', { maxConnections });
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
    onConnection(socket);
  }

  /** A client that has closed and one that has only ended its sending side look the same: when it gets tight, it goes. */
  #makeRoom(): boolean {
    if (this.#sockets.size < this.#options.maxConnections) return true;
    for (const socket of this.#sockets) {
      if (!socket.readableEnded) continue;
      this.#sockets.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}

/** Why a port cannot be opened, with what to do about it. */
export const bindError = (address: string, thrown: unknown): HardwareError => {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  const advice = typeof code === 'string' ? bindAdvice[code] : undefined;
  const reason = advice ?? toProblem(thrown).message;
  return new HardwareError('BAD_ARGUMENT', `a simulated instrument cannot listen on ${address}: ${reason}`, {
    cause: thrown,
  });
};

const bindAdvice: { readonly [code: string]: string } = {
  EADDRINUSE: 'another program has this port (EADDRINUSE); stop it or choose another port, 0 for any',
  EACCES: 'ports below 1024 need a privilege (EACCES); choose another port',
  ENOTFOUND: 'nobody knows this host (ENOTFOUND); use 127.0.0.1, or 0.0.0.0 for all',
  EADDRNOTAVAIL: 'this computer has no such address (EADDRNOTAVAIL); use 127.0.0.1, or 0.0.0.0 for all',
};

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

/** How a client of this computer names the host in a resource string, where an IPv6 address has no place. */
export const hostForResource = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? 'localhost' : host;
};
