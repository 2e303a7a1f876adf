import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FrameReader } from '../../../core/wire/frame-reader.js';
import { decodeCall } from '../../../core/wire/onc-rpc.js';
import { recordDecoder, type RpcRecord } from '../../../core/wire/rpc-record.js';
import { serviceRequest, VXI11_INTERRUPT } from '../../../core/wire/vxi11.js';
import { decodeXdr } from '../../../core/wire/xdr.js';

/** A port of ours that the instrument connects to. */
export type InterruptPort = {
  /** IPv4, the first number in the highest byte. */
  readonly hostAddress: number;
  readonly hostPort: number;
  readonly close: () => void;
};

/** Opens such a port on one of our addresses; tests hand in one that is played. */
export type OpenInterruptPort = (host: string, onCall: (handle: Uint8Array) => void) => Promise<InterruptPort>;

const MAX_RECORD_BYTES = 1024;
/** The instrument makes one; some make a new one before they let go of the old. */
const MAX_CONNECTIONS = 4;

/** Listens for service requests; they are not answered (psu-rest spec, 7). */
export const openInterruptPort: OpenInterruptPort = (host, onCall) =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
      hearInterrupts(socket, onCall);
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      server.off('error', reject).on('error', () => undefined);
      const { port } = server.address() as AddressInfo; // of a listening TCP server it is one
      resolve({
        hostAddress: ipv4Word(host),
        hostPort: port,
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });

/** Calls with the handle of each service request that comes; what is none ends the connection. */
export const hearInterrupts = (stream: Duplex, onCall: (handle: Uint8Array) => void): void => {
  const reader = new FrameReader<RpcRecord>({ decode: recordDecoder(MAX_RECORD_BYTES) });
  stream.on('data', (chunk: Uint8Array) => {
    for (const frame of reader.feed(chunk)) {
      const handle = frame.type === 'bad' ? undefined : handleOf(frame.bytes);
      if (handle === undefined) stream.destroy();
      else onCall(handle);
    }
  });
  stream.on('end', () => stream.destroy());
};

const handleOf = (message: Uint8Array): Uint8Array | undefined => {
  const call = decodeCall(message);
  const isRequest =
    call.type === 'call' && call.program === VXI11_INTERRUPT.program && call.procedure === serviceRequest.number;
  const decoded = isRequest ? decodeXdr(serviceRequest.args, call.args) : undefined;
  return decoded?.type === 'value' ? decoded.value.handle : undefined;
};

/** `127.0.0.1` as one word; also where the kernel shows it as an IPv6 address. */
const ipv4Word = (host: string): number =>
  host
    .replace(/^::ffff:/, '')
    .split('.')
    .reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0);
