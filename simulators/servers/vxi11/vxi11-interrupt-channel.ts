import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import type { Clock } from '../../../core/clock.js';
import { encodeCall } from '../../../core/wire/onc-rpc.js';
import { encodeRecord } from '../../../core/wire/rpc-record.js';
import { FAMILY_UDP, serviceRequest, VXI11_INTERRUPT } from '../../../core/wire/vxi11.js';
import { encodeXdr } from '../../../core/wire/xdr.js';

/** The way to a client that wants to hear of service requests. */
export type InterruptChannel = {
  readonly send: (handle: Uint8Array) => void;
  readonly close: () => void;
};

export type InterruptTarget = { readonly host: string; readonly port: number; readonly family: number };

/** A client that does not take the connection by then has no channel. */
const CONNECT_MS = 2_000;
/** Service requests that a client does not read are of no use to it. */
const MAX_UNREAD_BYTES = 65_536;

/** Opens the channel. Rejects when nobody listens there. */
export const openInterruptChannel = (target: InterruptTarget, clock: Clock): Promise<InterruptChannel> =>
  target.family === FAMILY_UDP ? Promise.resolve(overUdp(target)) : overTcp(target, clock);

const overTcp = ({ host, port }: InterruptTarget, clock: Clock): Promise<InterruptChannel> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true });
    const cancel = clock.after(CONNECT_MS, () => socket.destroy());
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => {
      cancel();
      reject(new Error(`nobody took the interrupt channel at ${host}:${port}`));
    });
    socket.once('connect', () => {
      cancel();
      socket.resume();
      const nextCall = callsOf();
      resolve({
        send: (handle) => {
          if (socket.writable && socket.writableLength < MAX_UNREAD_BYTES) socket.write(encodeRecord(nextCall(handle)));
        },
        close: () => socket.destroy(),
      });
    });
  });

const overUdp = ({ host, port }: InterruptTarget): InterruptChannel => {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined); // who does not listen misses it
  const nextCall = callsOf();
  let isOpen = true;
  return {
    send: (handle) => {
      if (isOpen) socket.send(nextCall(handle), port, host, () => undefined);
    },
    close: () => {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
};

const callsOf = (): ((handle: Uint8Array) => Uint8Array) => {
  let xid = 0;
  return (handle) => {
    xid = (xid + 1) >>> 0;
    const args = encodeXdr(serviceRequest.args, { handle });
    return encodeCall({ xid, ...VXI11_INTERRUPT, procedure: serviceRequest.number, args });
  };
};
