import { createSocket } from 'node:dgram';
import { abortReason, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

export type UdpQuestion = {
  readonly host: string;
  readonly port: number;
  readonly message: Uint8Array;
  /** Which datagram is the answer. */
  readonly isAnswer: (datagram: Uint8Array) => boolean;
};

/** Asks; tests hand in one that is played. */
export type AskOverUdp = (question: UdpQuestion, clock: Clock, call: Call) => Promise<Uint8Array>;

/** A datagram may get lost: the question is put again this often. */
const REPEAT_MS = 500;

/** One question and its answer in datagrams. Errors: DISCONNECTED, TIMEOUT at the deadline. */
export const askOverUdp: AskOverUdp = ({ host, port, message, isAnswer }, clock, { signal, deadline }) =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let cancelRepeat = (): void => undefined;
    const end = (settle: () => void): void => {
      cancelRepeat();
      cancelDeadline();
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      settle();
    };
    const fail = (error: Error): void => {
      end(() => {
        reject(error);
      });
    };
    const onAbort = (): void => {
      fail(abortReason(signal));
    };
    const onError = (error: Error): void => {
      const text = `${host}:${port} (UDP) cannot be reached: ${error.message}`;
      fail(new HardwareError('DISCONNECTED', text, { cause: error }));
    };
    const ask = (): void => {
      socket.send(message, () => undefined);
      cancelRepeat = clock.after(REPEAT_MS, ask);
    };
    const cancelDeadline = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
      fail(new HardwareError('TIMEOUT', `${host}:${port} (UDP) did not answer in time`));
    });
    socket.on('error', onError);
    socket.on('message', (datagram) => {
      if (!isAnswer(datagram)) return;
      end(() => {
        resolve(Uint8Array.from(datagram));
      });
    });
    signal.addEventListener('abort', onAbort, { once: true });
    // Connected, so that a computer where nobody listens says so.
    socket.once('connect', ask);
    socket.connect(port, host);
    if (signal.aborted) onAbort();
  });
