import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Clients offer other protocols with a plain request, and go on without when nobody takes them up: Java's HttpClient and
 *  `curl --http2` offer h2c. */
export const wantsWebSocket = ({ headers: { upgrade = '' } }: Pick<IncomingMessage, 'headers'>): boolean =>
  upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');

const hopByHop = new Set(['connection', 'upgrade', 'http2-settings']);

/** Gives a request whose offer is declined back to the server, as one without it: Node.js has ended the reading of its connection
 *  as HTTP by then. `head`: what came behind the headers. */
export const declineUpgrade = (server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void => {
  socket.unshift(Buffer.concat([Buffer.from(plainHead(request), 'latin1'), head]));
  server.emit('connection', socket);
};

/** The request line and the headers as they came, without the offer. */
export const plainHead = (request: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>): string => {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const fields = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || hopByHop.has(name.toLowerCase()) ? [] : [`${name}: ${rawHeaders[index + 1] ?? ''}`],
  );
  return [`${method} ${url} HTTP/${httpVersion}`, ...fields, '', ''].join('\r\n');
};
