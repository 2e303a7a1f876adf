/** One connection as the client sees it: whole text frames both ways. */
export type ClientSocket = {
  readonly send: (text: string) => void;
  /** Ends it; nothing is heard from it afterwards. Idempotent. */
  readonly close: () => void;
};

export type SocketEvents = {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  /** Once: it could not be opened, or it is gone. */
  readonly onClosed: (reason: string) => void;
};

/** Begins to connect; throws when the address makes no sense. */
export type OpenSocket = (events: SocketEvents) => ClientSocket;

/** What the WebSocket of a browser, of Node.js and of the package `ws` have in common. */
export type WebSocketLike = {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
};

/** Opens sockets that `create` makes: `overWebSocket(() => new WebSocket(url))`. */
export const overWebSocket =
  (create: () => WebSocketLike): OpenSocket =>
  ({ onOpen, onText, onClosed }) => {
    const socket = create();
    let isOver = false;
    let errorText = '';
    const end = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      onClosed(reason);
    };
    socket.addEventListener('open', () => {
      if (!isOver) onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (!isOver && typeof data === 'string') onText(data);
    });
    // A browser says nothing here for security's sake; `close` always follows.
    socket.addEventListener('error', ({ message }) => {
      errorText = message ?? '';
    });
    socket.addEventListener('close', ({ code, reason }) => {
      end([reason, errorText].find((text) => text !== '') ?? `closed with code ${code}`);
    });
    return {
      send: (text) => {
        if (!isOver) socket.send(text);
      },
      close: () => {
        isOver = true;
        socket.close();
      },
    };
  };
