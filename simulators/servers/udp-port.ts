import { createSocket, type Socket } from 'node:dgram';
import { bindError } from './tcp-port.js';

/** A UDP port. Rejects with BAD_ARGUMENT when it cannot be had. */
export const bindUdp = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(bindError(`${host}:${port} (UDP)`, error));
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => undefined); // an answer that reaches nobody
      resolve(socket);
    });
  });
