import type { ClientSocket, OpenSocket, SocketEvents } from '../../../core/native/client-socket.js';
import type { ClientFrame, StationFrame } from '../../../core/native/protocol.js';
import type { Reading } from '../../../core/message.js';

/** What a client under test is connected to: plays the station by hand, one connection after the other. */
export class FakeStation {
  readonly connections: FakeConnection[] = [];
  /** Thrown by the next attempt, as a browser does for an address that makes no sense. */
  refusal: Error | undefined;

  open: OpenSocket = (events) => {
    if (this.refusal !== undefined) throw this.refusal;
    const connection = new FakeConnection(events);
    this.connections.push(connection);
    return connection;
  };

  get current(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }
}

export class FakeConnection implements ClientSocket {
  readonly #events: SocketEvents;
  readonly received: ClientFrame[] = [];
  isClosed = false;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  send = (text: string): void => {
    this.received.push(JSON.parse(text) as ClientFrame);
  };

  close = (): void => {
    this.isClosed = true;
  };

  /** Frames of one type that the client has sent. */
  of<Type extends ClientFrame['type']>(type: Type): readonly Extract<ClientFrame, { type: Type }>[] {
    return this.received.filter((frame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type);
  }

  accept(epoch = 1): void {
    this.#events.onOpen();
    const who = { station: 'lab', version: '1', protocol: 1, peer: 'p', managers: [] };
    this.say({ type: 'welcome', epoch, ...who });
  }

  say(frame: StationFrame): void {
    this.text(JSON.stringify(frame));
  }

  text(text: string): void {
    this.#events.onText(text);
  }

  lose(reason: string): void {
    this.#events.onClosed(reason);
  }
}

export const readingOf = (topic: string, seq: number, previous: number, value = seq): Reading => ({
  type: 'reading',
  parameter: topic.split('/').at(-1) ?? '',
  value,
  quality: 'good',
  manager: topic.split('/')[0] ?? '',
  topic,
  epoch: 100,
  seq,
  previous,
  timeMs: 0,
});
