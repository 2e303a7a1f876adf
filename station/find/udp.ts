import { createSocket } from 'node:dgram';

/** A port for datagrams. */
export type UdpPort = {
  /** What cannot be sent is lost, as datagrams are. */
  readonly send: (bytes: Uint8Array, port: number, host: string) => void;
  /** Never rejects. */
  readonly close: () => Promise<void>;
};

export type Datagram = { readonly bytes: Uint8Array; readonly address: string; readonly port: number };

/** Opens a port at an address of this computer, which is also where its multicasts and broadcasts go out. Tests hand in one
 *  that is played. */
export type OpenUdp = (address: string, onDatagram: (datagram: Datagram) => void) => Promise<UdpPort>;

/** RFC 6762, 11. */
const MULTICAST_TTL = 255;

/** Rejects with what the operating system says. */
export const openUdp: OpenUdp = (address, onDatagram) =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.on('message', (bytes, from) => {
      onDatagram({ bytes, address: from.address, port: from.port });
    });
    socket.bind({ address, port: 0 }, () => {
      try {
        socket.setBroadcast(true);
        socket.setMulticastInterface(address);
        socket.setMulticastTTL(MULTICAST_TTL);
      } catch (thrown) {
        socket.close();
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        return;
      }
      socket.removeAllListeners('error').on('error', () => undefined);
      resolve({
        send: (message, port, host) => {
          socket.send(message, port, host, () => undefined);
        },
        close: () => new Promise((done) => socket.close(done)),
      });
    });
  });
