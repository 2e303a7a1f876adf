import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../../core/log.js';
import { SILENCE_LIMIT_MS } from '../../core/native/protocol.js';
import { isUnder, type HttpSection, type Missing } from '../http/section.js';
import { AllowedMethods } from './allowed-methods.js';
import { declineUpgrade, wantsWebSocket } from './declined-upgrade.js';
import { sendProblem } from './http-answer.js';
import { statusOf, thrownProblem } from './http-problem.js';
import { parseJsonBody } from './json-body.js';
import { bindError, hostForUrl } from './listen-address.js';
import { refuseUnreadable, refuseUpgrade, type UpgradeRoute } from './upgrade-route.js';

export type HttpServerOptions = {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly sections: readonly HttpSection[];
  readonly maxConnections: number;
  readonly log: Logger;
  /** Who takes nothing of its answer for so long is cut: clients that never read would hold all connections. */
  readonly stallLimitMs?: number;
};

const MAX_HEADER_BYTES = 16_384;
const MAX_BODY_BYTES = 2 ** 20;
/** A client that trickles its headers or its request is cut. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 5000;
const CHECK_INTERVAL_MS = 5000;
/** Beyond this many waiting bytes a peer is behind: two bursts, so that a burst which the kernel takes at once is none. */
export const HIGH_WATER_BYTES = 131_072;

/** A port that speaks HTTP. It serves nothing of its own: sections are handed in. */
export class HttpServer {
  /** For tests: `inject` asks without a socket, once it is `ready`. */
  readonly app: FastifyInstance;
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #allowed = new AllowedMethods();
  readonly #upgrades: readonly UpgradeRoute[];
  readonly #missing: readonly Missing[];
  #isFull = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { sections, maxConnections, stallLimitMs = SILENCE_LIMIT_MS } = options;
    this.#upgrades = sections.flatMap(({ upgrades = [] }) => upgrades);
    this.#missing = sections
      .flatMap(({ missing }) => (missing === undefined ? [] : [missing]))
      .sort((one, other) => other.under.length - one.under.length);
    this.app = this.#createApp();
    this.#server = this.app.server;
    this.#server.maxConnections = maxConnections;
    this.#server.setTimeout(stallLimitMs, (socket) => {
      // Who waits for a long command is owed nothing yet; who has had its answer is counted by the shorter limit between two.
      if (socket.writableLength > 0 || socket.timeout !== stallLimitMs) socket.destroy();
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
    await this.app.ready();
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

  /** Takes no more, and cuts what is not upgraded once all are `told`; resolves when the last connection, upgraded ones too, has
   *  ended. */
  async stop(told: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    await told;
    this.#server.closeAllConnections();
    await closed;
  }

  #createApp(): FastifyInstance {
    const app: FastifyInstance = fastify({
      serverFactory: (handle) =>
        createHttpServer((request, response) => {
          this.#onRequest(request, response, handle);
        }),
      bodyLimit: MAX_BODY_BYTES,
      schemaController: { compilersFactory: noSchemas },
      routerOptions: { maxParamLength: MAX_HEADER_BYTES },
      frameworkErrors: (_error, request, reply) => {
        this.#onMissing(request, reply); // a path that cannot be decoded
      },
      clientErrorHandler: (error, socket) => {
        refuseUnreadable(socket, error.code);
      },
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJsonBody);
    app.addHook('onRoute', ({ url, method }) => {
      this.#allowed.add(url, method);
    });
    app.addHook('onRequest', (request, reply, done) => {
      if (request.is404) this.#onMissing(request, reply);
      else done();
    });
    app.setNotFoundHandler((request, reply) => {
      this.#onMissing(request, reply); // a route has found that it has nothing to say
    });
    app.setErrorHandler((thrown, request, reply) => {
      this.#onThrown(thrown, request, reply);
    });
    for (const section of this.#options.sections) {
      app.register(async (scope) => {
        await section.register(scope);
      });
    }
    return app;
  }

  #onRequest(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    this.#isFull = false;
    const isUpgrade = this.#upgrades.length > 0 && this.#claimant(pathOf(request)) !== undefined;
    if (isUpgrade && (request.method === 'GET' || request.method === 'HEAD')) {
      const message = `${pathOf(request).slice(0, 120)} is a WebSocket: connect to it with Upgrade: websocket\n`;
      response.writeHead(400, {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': Buffer.byteLength(message),
      });
      response.end(request.method === 'HEAD' ? undefined : message);
    } else handle(request, response);
  }

  #onMissing(request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split('?', 1)[0] ?? '/';
    const missing = this.#missing.find(({ under }) => isUnder(path, under));
    const methods = this.#allowed.at(path, missing !== undefined);
    const allowed = methods.includes(request.method) ? [] : methods; // it has a route, which found nothing
    if (!isSkippable(request)) reply.header('connection', 'close'); // nobody would read it to its end
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    if (missing !== undefined) {
      Promise.resolve(missing.answer(request, reply, allowed)).catch((thrown: unknown) => {
        this.#onThrown(thrown, request, reply);
      });
    } else if (allowed.length === 0) sendProblem(request, reply, 404, 'there is nothing at this path');
    else sendProblem(request, reply, 405, `${request.method} is not understood here`);
  }

  #onThrown(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { code, message } = thrownProblem(thrown);
    if (code !== 'INTERNAL') {
      sendProblem(request, reply, statusOf[code], message);
      return;
    }
    this.#options.log.error('request could not be answered', { path: request.url.slice(0, 120), reason: message });
    sendProblem(request, reply, 500, 'this could not be answered; the log of the station says why');
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#isFull = false;
    if (!(socket instanceof Socket)) socket.destroy();
    else if (!wantsWebSocket(request)) declineUpgrade(this.#server, request, socket, head);
    else {
      const route = this.#claimant(pathOf(request));
      if (route === undefined) refuseUpgrade(socket, 404, 'there is no WebSocket at this path');
      else route.upgrade(request, socket, head);
    }
  }

  #claimant(path: string): UpgradeRoute | undefined {
    return this.#upgrades.find(({ claims }) => claims(path));
  }

  #onDrop(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const { maxConnections, log } = this.#options;
    log.warn('connection refused, and the next until one ends: too many', { maxConnections });
  }
}

/** Whether a body that nobody wants is read away behind the answer. A client that is cut while it sends does not see what it was
 *  answered. */
const isSkippable = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= MAX_BODY_BYTES;

const refuseSchema = (): never => {
  throw new TypeError('routes have no schemas here: the gate checks commands with those of their managers');
};

/** Without them fastify would load two compilers at start that nobody needs: 20 ms. */
const noSchemas = { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema };

const createHttpServer = (handle: (request: IncomingMessage, response: ServerResponse) => void): Server =>
  createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      highWaterMark: HIGH_WATER_BYTES,
      noDelay: true,
    },
    handle,
  );

/** The path that was asked for, decoded and without its query; a path that cannot be decoded matches nothing. */
const pathOf = ({ url = '/' }: IncomingMessage): string => {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '/');
  } catch {
    return '';
  }
};

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;
