import { createServer, type Server, type Socket } from 'node:net';
import type { Cancel, Clock } from '../../core/clock.js';
import type { Logger } from '../../core/log.js';
import { noBytes } from '../../core/wire/bytes.js';
import { bindError, hostForUrl } from './listen-address.js';
import { loadUserTimeout, type SocketOption } from './user-timeout.js';
import { Vigil } from './vigil.js';

export type TcpServerOptions = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** A client is there; `peer` is unique for the life of this server. */
  readonly onConnection: (socket: Socket, peer: string) => void;
};

/** An idle peer is asked for a sign of life after this long. */
const KEEP_ALIVE_MS = 15_000;
/** A peer that acknowledges nothing for this long is gone (RELIABILITY, fault 2). */
const USER_TIMEOUT_MS = 45_000;
/** Beyond this many waiting bytes a peer is behind; a few bursts of 16 KiB are not. */
const HIGH_WATER_BYTES = 65_536;
/** Loading the C library takes 40 ms of the event loop; a station that is just starting has better things to do. */
const LOADING_AFTER_MS = 1_000;
/** Peers get this long at stop to take what they are owed and to close; then they are cut. */
const STOP_GRACE_MS = 500;

/** A TCP port with a bounded number of connections. It moves no byte itself. A connection lives until `close`: a client that
 *  has ended its sending side still gets answers. */
export class TcpServer {
  readonly #options: TcpServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #setUserTimeout: SocketOption = () => undefined;
  #cancelLoading: Cancel = () => undefined;
  #accepted = 0;
  readonly #notice: () => void;
  #isFull = false;
  #stopped: Promise<void> | undefined;

  constructor(options: TcpServerOptions) {
    const vigil = new Vigil(options.clock);
    this.#notice = () => {
      vigil.notice();
    };
    this.#options = options;
    this.#server = createServer(
      {
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
        highWaterMark: HIGH_WATER_BYTES,
      },
      (socket) => {
        this.#accept(socket);
      },
    );
  }

  /** Resolves with the URL once the port is open. Rejects with BAD_ARGUMENT when it cannot be had. */
  async start(): Promise<string> {
    const { host, port, log, clock } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(bindError(`${host}:${port}`, error));
      });
      this.#server.listen({ host, port }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => {
      log.error('port is in trouble', { reason: error.message });
    });
    this.#cancelLoading = clock.after(LOADING_AFTER_MS, () => {
      this.#loadUserTimeout();
    });
    return tcpUrl(host, this.#server.address());
  }

  #loadUserTimeout(): void {
    loadUserTimeout(USER_TIMEOUT_MS, this.#options.log)
      .then((setUserTimeout) => {
        this.#setUserTimeout = setUserTimeout;
        for (const socket of this.#sockets) setUserTimeout(socket);
      })
      .catch((thrown: unknown) => {
        this.#options.log.error('socket option could not be set', { reason: String(thrown) });
      });
  }

  /** Takes no more, sends what is under way, ends the connections, and cuts those that are left after half a second. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#cancelLoading();
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) {
      socket.end();
      socket.resume(); // unread bytes would turn the close into a reset, which takes the last answers with it
    }
    const cancel: Cancel = this.#options.clock.after(STOP_GRACE_MS, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    cancel();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined); // `close` follows, and whoever is attached says why
    if (socket.remoteAddress === undefined) {
      socket.destroy(); // reset before it was accepted: there is nobody to answer
      return;
    }
    // A reset behind unread bytes looks like an end of sending; writing nothing tells them apart.
    socket.once('end', () => {
      if (socket.writable) socket.write(noBytes);
    });
    if (!this.#makeRoom()) {
      this.#refuse(socket);
      return;
    }
    this.#isFull = false;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
    this.#setUserTimeout(socket);
    this.#accepted += 1;
    this.#options.onConnection(socket, `${socket.remoteAddress}:${socket.remotePort ?? 0}#${this.#accepted}`);
    // After the connection's own listener: first the answer, then the look-out for the next question.
    socket.on('data', this.#notice);
  }

  /** Clients that have closed and those that have only ended their sending side look the same until something is sent:
   *  when it gets tight, the oldest of them goes. */
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

  #refuse(socket: Socket): void {
    const { maxConnections, log } = this.#options;
    const peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    socket.destroy();
    if (this.#isFull) return;
    this.#isFull = true;
    log.warn('connection refused, and the next until one ends: too many', { peer, maxConnections });
  }
}

const tcpUrl = (host: string, address: ReturnType<Server['address']>): string => {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `tcp://${hostForUrl(host)}:${port}`;
};
