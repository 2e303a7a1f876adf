import type { Socket } from 'node:net';
import type { Logger } from '../../core/log.js';

/** Sets an option on an accepted socket; does nothing where it cannot be set. */
export type SocketOption = (socket: Socket) => void;

/** From Linux' netinet/in.h and netinet/tcp.h. */
const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;

/** Ends a connection whose bytes nobody acknowledges for `timeoutMs`. Keep-alive does not do that while something is under
 *  way, and Node.js has no word for it, so it goes to the C library, on Linux, where koffi can be loaded. Never rejects. */
export const loadUserTimeout = async (timeoutMs: number, log: Logger): Promise<SocketOption> => {
  if (process.platform !== 'linux') {
    log.debug('TCP_USER_TIMEOUT is not set, it is an option of Linux', { platform: process.platform });
    return () => undefined;
  }
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load('libc.so.6');
    const setOption = library.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t size)');
    const value = Buffer.alloc(4);
    value.writeInt32LE(timeoutMs);
    return (socket) => {
      const descriptor = descriptorOf(socket);
      if (descriptor !== undefined) setOption(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value, value.length);
    };
  } catch (thrown) {
    log.debug('TCP_USER_TIMEOUT is not set', { reason: thrown instanceof Error ? thrown.message : String(thrown) });
    return () => undefined;
  }
};

/** Node.js keeps it on an object of its own; undefined once the socket is closed. */
const descriptorOf = (socket: Socket): number | undefined => {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
};
