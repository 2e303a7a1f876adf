import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

/** Connects; tests hand in a stream that is played. */
export type OpenTcpStream = (host: string, port: number, clock: Clock, call: Call) => Promise<Duplex>;

/** A peer that says nothing is asked this often whether it is still there. */
const KEEP_ALIVE_MS = 10_000;

/** A TCP connection without delay of small packets. Errors: DISCONNECTED, TIMEOUT at the deadline. */
export const openTcpSocket = (host: string, port: number, clock: Clock, call: Call): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    const settle = (settleIt: () => void): void => {
      cancel();
      call.signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      settleIt();
    };
    const giveUp = (error: Error): void => {
      settle(() => {
        socket.on('error', () => undefined).destroy();
        reject(error);
      });
    };
    const onAbort = (): void => {
      giveUp(abortReason(call.signal));
    };
    const onError = (error: Error): void => {
      giveUp(
        new HardwareError('DISCONNECTED', `${host}:${port} cannot be reached: ${error.message}`, { cause: error }),
      );
    };
    const cancel = clock.after(Math.max(0, call.deadline - clock.monotonic()), () => {
      giveUp(new HardwareError('TIMEOUT', `${host}:${port} took no connection in time`));
    });
    call.signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError);
    socket.once('connect', () => {
      settle(() => {
        resolve(socket);
      });
    });
    if (call.signal.aborted) onAbort();
  });

export const openTcpStream: OpenTcpStream = openTcpSocket;
