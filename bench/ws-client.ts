import { WebSocket } from 'ws';

/** A connected `ws` client of a path on a port. */
export const connectWs = (port: number, path: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
    socket.once('open', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
