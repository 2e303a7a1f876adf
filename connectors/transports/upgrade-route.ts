import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes over the sockets of a path that is a WebSocket. */
export type UpgradeRoute = {
  readonly claims: (path: string) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
};

/** Answers with a refusal on the bare socket, and ends the connection. */
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

/** What the parser of HTTP gave up on: answered if anybody can still be answered. */
export const refuseUnreadable = (socket: Duplex, code: string): void => {
  if (socket.writable && code !== 'ECONNRESET') refuseUpgrade(socket, statusOfUnreadable[code] ?? 400, UNREADABLE);
  else socket.destroy();
};

const UNREADABLE = 'this request could not be read';
const statusOfUnreadable: { readonly [code: string]: number } = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
