import type { WebSocket } from 'ws';
import type { JsonObject } from '../core/json-value.js';
import { connectWs } from './ws-client.js';

type Frame = {
  readonly type?: unknown;
  readonly topic?: unknown;
  readonly quality?: unknown;
  readonly command?: unknown;
};

/** A client of the native protocol, as small as can be: asks, and waits for readings. */
export class NativePeer {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (isReply: boolean) => void>();
  #onGood: (topic: string) => void = () => undefined;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#take(JSON.parse(data.toString()) as Frame);
    });
  }

  static async connect(port: number, ...patterns: readonly string[]): Promise<NativePeer> {
    const peer = new NativePeer(await connectWs(port, '/busbar/ws'));
    if (patterns.length > 0) peer.#socket.send(JSON.stringify({ type: 'subscribe', patterns }));
    return peer;
  }

  /** Resolves when it is answered; true: it was done. */
  ask(command: JsonObject): Promise<boolean> {
    const id = (this.#lastId += 1);
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ type: 'command', id, ...command }));
    });
  }

  /** Resolves with the next good reading. */
  reading(topic: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onGood = (read) => {
        if (read === topic) resolve();
      };
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take({ type, topic, quality, command }: Frame): void {
    if (type === 'reading' && quality === 'good' && typeof topic === 'string') this.#onGood(topic);
    if (type !== 'reply' && type !== 'failure') return;
    const id: unknown = Reflect.get(Object(command), 'id');
    if (typeof id !== 'number') return;
    this.#answers.get(id)?.(type === 'reply');
    this.#answers.delete(id);
  }
}
