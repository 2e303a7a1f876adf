import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { abortReason, type Cancel, type Clock } from '../../core/clock.js';
import { HardwareError } from '../../core/errors.js';
import type { Call } from '../../core/parameter.js';

/** Connects; tests hand in a stream that is played. */
export type OpenTcpStream = (host: string, port: number, clock: Clock, call: Call) => Promise<Duplex>;

/** A peer that says nothing is asked this often whether it is still there. */
const KEEP_ALIVE_MS = 10_000;
/** The system asks for a connection again in growing pauses (Linux after 1, 3 and 7 s; since 6.5 each second five times, then
 *  after 7 and 11 s), however short the outage was: an instrument that has just come back would be waited for. A new attempt
 *  asks at once. */
const DIAL_AGAIN_MS = 1_500;

/** A TCP connection without delay of small packets. Errors: DISCONNECTED, TIMEOUT at the deadline. */
export const openTcpSocket = (host: string, port: number, clock: Clock, call: Call): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const name = `${host}:${port}`;
    let hangUp: () => void = () => undefined;
    const settle = (settleIt: () => void): void => {
      cancel();
      call.signal.removeEventListener('abort', onAbort);
      settleIt();
    };
    const giveUp = (error: Error): void => {
      settle(() => {
        hangUp();
        reject(error);
      });
    };
    const onAbort = (): void => {
      giveUp(abortReason(call.signal));
    };
    const dialAgain = (): void => {
      hangUp();
      hangUp = dial({ host, port, clock }, outcomes);
    };
    const outcomes: Outcomes = {
      onConnect: (socket) => {
        settle(() => {
          resolve(socket);
        });
      },
      onError: (error) => {
        giveUp(new HardwareError('DISCONNECTED', `${name} cannot be reached: ${error.message}`, { cause: error }));
      },
      onSilence: dialAgain,
    };
    const cancel = clock.after(Math.max(0, call.deadline - clock.monotonic()), () => {
      giveUp(new HardwareError('TIMEOUT', `${name} took no connection in time`));
    });
    call.signal.addEventListener('abort', onAbort, { once: true });
    if (call.signal.aborted) onAbort();
    else dialAgain();
  });

export const openTcpStream: OpenTcpStream = openTcpSocket;

type Outcomes = {
  readonly onConnect: (socket: Socket) => void;
  readonly onError: (error: Error) => void;
  readonly onSilence: () => void;
};

/** One attempt, with one outcome or none; returns what ends it. */
const dial = (
  { host, port, clock }: { readonly host: string; readonly port: number; readonly clock: Clock },
  { onConnect, onError, onSilence }: Outcomes,
): (() => void) => {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  let cancel: Cancel = () => undefined;
  const awaitAnswer = (): void => {
    cancel = clock.after(DIAL_AGAIN_MS, onSilence);
  };
  const letGo = (): void => {
    cancel();
    socket.off('lookup', awaitAnswer).off('error', fail).off('connect', succeed);
  };
  const fail = (error: Error): void => {
    cancel();
    onError(error);
  };
  const succeed = (): void => {
    letGo();
    onConnect(socket);
  };
  socket.on('error', fail).once('connect', succeed);
  // The time that a name server takes is not the instrument's.
  if (isIP(host) === 0) socket.once('lookup', awaitAnswer);
  else awaitAnswer();
  return () => {
    letGo();
    socket.on('error', () => undefined).destroy();
  };
};
