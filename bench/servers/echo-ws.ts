import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** Plain WebSocket echo on `ws`, as its documentation shows it. With `json`: parses and writes each message again. */
const isJson = process.argv[2] === 'json';
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    socket.send(isJson ? JSON.stringify(JSON.parse(text)) : text);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready ${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => {
  process.exit(0);
});
