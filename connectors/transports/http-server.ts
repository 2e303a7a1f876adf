import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { sendProblem } from './http-answer.js';
import { bindError, hostForUrl } from './listen-address.js';

/** Answers GET and HEAD on the paths that it claims. */
export type HttpRoute = {
  readonly claims: (path: string) => boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> | void;
};

/** Takes over the sockets of a path that is a WebSocket. */
export type UpgradeRoute = {
  readonly claims: (path: string) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
};

export type HttpServerOptions = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The first that claims a path has it. */
  readonly routes: readonly HttpRoute[];
  readonly upgrades: readonly UpgradeRoute[];
  readonly maxConnections: number;
  readonly log: Logger;
};

const MAX_HEADER_BYTES = 16_384;
/** A client that trickles its headers or its request is cut. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 5000;
const CHECK_INTERVAL_MS = 5000;
/** Beyond this many waiting bytes a peer is behind: two bursts, so that a burst which the kernel takes at once is none. */
export const HIGH_WATER_BYTES = 131_072;

/** A port that speaks HTTP. It serves no body of its own: routes and upgrades are handed in. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  #isFull = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      highWaterMark: HIGH_WATER_BYTES,
      noDelay: true,
    });
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('request', (request, response) => {
      this.#onRequest(request, response);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#onUpgrade(request, socket, head);
    });
    this.#server.on('drop', () => {
      this.#onDrop();
    });
  }

  /** Resolves with the address once the port is open. Rejects with BAD_ARGUMENT when it cannot be had. */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port, log } = this.#options;
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
    return { host: hostForUrl(host), port: portOf(this.#server.address()) };
  }

  /** Takes no more and cuts what is not upgraded; resolves when the last connection, upgraded ones too, has ended. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    await closed;
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#isFull = false;
    const path = pathOf(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // Whatever body follows is not read.
      response.shouldKeepAlive = false;
      response.setHeader('Allow', 'GET, HEAD');
      sendProblem(request, response, 405, `${request.method ?? 'this method'} is not understood here`);
      return;
    }
    if (this.#options.upgrades.some(({ claims }) => claims(path))) {
      sendProblem(
        request,
        response,
        400,
        `${path.slice(0, 120)} is a WebSocket: connect to it with Upgrade: websocket`,
      );
      return;
    }
    const route = this.#options.routes.find(({ claims }) => claims(path));
    if (route === undefined) {
      sendProblem(request, response, 404, 'there is nothing at this path');
      return;
    }
    Promise.resolve(route.handle(request, response, path)).catch((thrown: unknown) => {
      this.#options.log.error('request could not be answered', {
        path: path.slice(0, 120),
        reason: toProblem(thrown).message,
      });
      if (response.headersSent) response.destroy();
      else sendProblem(request, response, 500, 'this could not be answered; the log of the station says why');
    });
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#isFull = false;
    const path = pathOf(request);
    const route = this.#options.upgrades.find(({ claims }) => claims(path));
    if (route === undefined) refuseUpgrade(socket, 404, 'there is no WebSocket at this path');
    else if (socket instanceof Socket) route.upgrade(request, socket, head);
    else socket.destroy();
  }

  #onDrop(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const { maxConnections, log } = this.#options;
    log.warn('connection refused, and the next until one ends: too many', { maxConnections });
  }
}

/** Answers an upgrade with a refusal and ends the connection. */
export const refuseUpgrade = (socket: Duplex, status: number, message: string): void => {
  socket.on('error', () => undefined); // it is being ended anyway
  const body = `${message}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => {
    socket.destroy();
  });
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};

/** The path that was asked for, decoded and without its query; a path that cannot be decoded matches nothing. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '/');
  } catch {
    return '';
  }
};

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;
