import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { httpKind } from '../../connectors/http/connector.js';
import { Bus } from '../../core/bus.js';
import type { Connector, PartContext } from '../../core/connector.js';
import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import type { JsonObject } from '../../core/json-value.js';
import { noLinks } from '../../core/link.js';
import type { ChannelId } from '../../core/message.js';
import { seededRandom } from '../../core/random.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';
import { SupplyOnTheTable, supplyManager } from '../support/fake-supply.js';
import { MemoryLog } from '../support/memory-log.js';

/** Waits for what is true soon, and says in vain for what. */
export const until = async (what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** A supply behind an HTTP port on loopback, with everything that the port can do. `stop()` in `afterEach`. */
export class HttpStation {
  readonly log = new MemoryLog();
  readonly bus = new Bus({ clock: systemClock });
  readonly table = new SupplyOnTheTable(systemClock);
  readonly connector: Connector;
  readonly #manager;
  readonly #sockets: Socket[] = [];
  #port = 0;

  constructor(options: JsonObject = {}) {
    const { bus, log, table } = this;
    const compile = createCompiler();
    const parts = { clock: systemClock, random: seededRandom(1), log, compile };
    this.#manager = supplyManager.create({
      ...parts,
      stream: bus.streamOf('psu'),
      links: noLinks,
      drivers: noDriverFiles,
      createDriver: table.createDriver,
    });
    bus.attach(this.#manager);
    const context: PartContext = { ...parts, name: 'web', bus, station: { name: 'lab', version: '1.2.3' } };
    this.connector = httpKind.create({ port: 0, ...options }, context);
  }

  async start(): Promise<this> {
    await this.#manager.start();
    const [listener] = await this.connector.start();
    this.#port = Number(new URL(listener?.url ?? '').port);
    await until('the supply', () => this.bus.snapshot().length === 4);
    return this;
  }

  get base(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.base}${path}`, init);
  }

  put(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#send('PUT', path, body, headers);
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#send('POST', path, body, headers);
  }

  /** A connection for whatever bytes a test wants to send. */
  async raw(): Promise<RawPeer> {
    const socket = connect(this.#port, '127.0.0.1');
    this.#sockets.push(socket);
    const peer = new RawPeer(socket);
    await once(socket, 'connect');
    return peer;
  }

  /** Somebody reads the voltage; the reading is published as the manager does. */
  say(value: number | string, channel: ChannelId = 1, parameter = 'voltage'): void {
    const reading = { type: 'reading', channel, parameter, value, quality: 'good' } as const;
    this.bus.streamOf('psu').publish({ ...reading, timeMs: systemClock.now() });
  }

  trip(text: string): void {
    this.bus.streamOf('psu').publish({ type: 'event', event: 'tripped', details: { text } });
  }

  get peers(): readonly string[] {
    return this.connector.peers().map(({ peer }) => peer);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.connector.stop();
    await this.#manager.stop();
    this.bus.complete();
  }

  #send(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Response> {
    const type = { 'content-type': 'application/json' };
    return this.fetch(path, { method, body: JSON.stringify(body), headers: { ...type, ...headers } });
  }
}

/** A client that is nothing but a socket. */
export class RawPeer {
  readonly socket: Socket;
  text = '';
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => (this.isClosed = true));
  }

  send(...lines: readonly string[]): void {
    this.socket.write(lines.join('\r\n'), 'latin1');
  }

  /** Status codes of the answers so far. */
  get statuses(): readonly number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  async answers(count: number): Promise<readonly number[]> {
    await until(`${count} answers, not ${this.statuses.length}`, () => this.statuses.length >= count || this.isClosed);
    return this.statuses;
  }

  async closed(): Promise<void> {
    await until('the end of the connection', () => this.isClosed);
  }
}
