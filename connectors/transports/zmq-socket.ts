import type { Socket } from 'zeromq';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import { bindError } from './listen-address.js';

/** The native library (20 ms, 8 MB): loaded when a ZeroMQ port is opened and not before. */
export const loadZeromq = () => import('zeromq');

/** What leaves a socket: topic or envelope, payload, data. */
export type ZmqFrames = readonly (string | Uint8Array)[];

/** After closing, libzmq still tries this long to get rid of what was sent; a subscriber that does not read cannot hold it longer. */
export const LINGER_MS = 100;

/** A client that says nothing for this long, not even the ping of ZMTP, is cut (RELIABILITY, "Dead connections are kept"). */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 45_000;
/** Whoever connects must have spoken ZMTP by then. */
const HANDSHAKE_MS = 5_000;

/** `full`: the client does not read, try again later; `gone`: nobody of that identity is connected. */
export type SendOutcome = 'sent' | 'full' | 'gone';

export const commonOptions = {
  linger: LINGER_MS,
  // A send either happens at once or fails at once: zeromq.js has room for one pending send only.
  sendTimeout: 0,
  heartbeatInterval: HEARTBEAT_MS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  handshakeInterval: HANDSHAKE_MS,
  backlog: 128,
} as const;

/** Binds and returns the address with its real port; closes the socket when it cannot be had. Errors: BAD_ARGUMENT. */
export const bindSocket = async (socket: Socket, address: string): Promise<string> => {
  socket.ipv6 = address.includes('[');
  try {
    await socket.bind(address);
  } catch (thrown) {
    socket.close();
    throw bindError(address, thrown);
  }
  return socket.lastEndpoint ?? address;
};

/** Lets go of the port first: closing alone frees it some time later, and a reload wants it back at once. */
export const closeSocket = async (socket: Socket, address: string): Promise<void> => {
  if (socket.closed) return;
  await socket.unbind(address);
  socket.close();
};

/** Hands every message on until the socket is closed. A message that meets a defect costs itself alone. */
export const listen = async (
  socket: AsyncIterable<readonly Uint8Array[]>,
  log: Logger,
  handle: (frames: readonly Uint8Array[]) => void,
): Promise<void> => {
  try {
    for await (const frames of socket) {
      try {
        handle(frames);
      } catch (thrown) {
        log.error('message met a defect', { reason: toProblem(thrown).message });
      }
    }
  } catch (thrown) {
    log.error('socket is no longer heard', { reason: toProblem(thrown).message });
  }
};
