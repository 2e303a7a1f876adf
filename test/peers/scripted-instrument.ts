import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What it does with a line that somebody has sent. */
export type Script = (line: string, peer: Socket) => void;

/** Answers every query with the number of its letters. */
export const counting: Script = (line, peer) => {
  if (line.includes('?')) peer.write(`${line.length}\n`);
};

/** A TCP port that treats its clients as a test says; unplugged and plugged in again, it keeps its port. */
export class ScriptedInstrument {
  script: Script = counting;
  /** Asked for each connection; false: it is reset at once. */
  accepts: () => boolean = () => true;
  /** When each was tried, ms of `performance.now`. */
  readonly connections: number[] = [];
  readonly lines: string[] = [];
  readonly #peers = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  get resource(): string {
    return `TCPIP0::127.0.0.1::${this.#port}::SOCKET`;
  }

  get port(): number {
    return this.#port;
  }

  get peers(): readonly Socket[] {
    return [...this.#peers];
  }

  async plugIn(): Promise<this> {
    const server = createServer({ noDelay: true }, (peer) => {
      this.#serve(peer);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Its port is closed, its connections are reset. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const peer of this.#peers) peer.resetAndDestroy();
    await closed;
  }

  #serve(peer: Socket): void {
    this.connections.push(performance.now());
    peer.on('error', () => undefined);
    if (!this.accepts()) {
      peer.resetAndDestroy();
      return;
    }
    this.#peers.add(peer);
    peer.once('close', () => this.#peers.delete(peer));
    let unread = '';
    peer.on('data', (chunk: Buffer) => {
      unread += chunk.toString('latin1');
      const lines = unread.split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) {
        this.lines.push(line);
        this.script(line, peer);
      }
    });
  }
}
