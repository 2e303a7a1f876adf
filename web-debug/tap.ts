import type { ClientSocket, OpenSocket } from '../core/native/client-socket.js';

/** What an eavesdropper on the socket is told, beside the client that owns it. */
export type TapEvents = {
  readonly onAttempt: () => void;
  readonly onEnded: () => void;
  readonly onSent: (text: string) => void;
  readonly onReceived: (text: string) => void;
};

/** Listens in on a socket, for the message log: everything passes unchanged. */
export const tapped =
  (open: OpenSocket, tap: TapEvents): OpenSocket =>
  (events) => {
    tap.onAttempt();
    const socket: ClientSocket = open({
      onOpen: events.onOpen,
      onText: (text) => {
        tap.onReceived(text);
        events.onText(text);
      },
      onClosed: (reason) => {
        tap.onEnded();
        events.onClosed(reason);
      },
    });
    return {
      send: (text) => {
        tap.onSent(text);
        socket.send(text);
      },
      close: () => {
        socket.close();
      },
    };
  };
