import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { envelopeTcpKind } from '../../connectors/envelope-tcp/connector.js';
import { noDriverFiles } from '../../core/driver-file/driver-files.js';
import { noLinks } from '../../core/link.js';
import { Bus } from '../../core/bus.js';
import type { Connector, Listener } from '../../core/connector.js';
import type { JsonObject } from '../../core/json-value.js';
import { seededRandom } from '../../core/random.js';
import { hvKind } from '../../managers/hv/hv.kind.js';
import { createCompiler } from '../../schemas/compiler.js';
import { systemClock } from '../../station/system-clock.js';
import { MemoryLog } from '../support/memory-log.js';
import { OnlineClient } from '../support/online-client.js';

/** A log that is not asked for wire traffic. */
class QuietLog extends MemoryLog {
  override isDebug = (): boolean => false;
  override child = (): this => this;
}

/** A virtual rack that settles at once, behind Envelopes on a real port. `stop()` in `afterEach`. */
export class OnlineStation {
  readonly log = new QuietLog();
  readonly bus = new Bus({ clock: systemClock });
  readonly connector: Connector;
  readonly #rack;
  readonly #sockets: Socket[] = [];
  #listeners: readonly Listener[] = [];

  constructor(options: JsonObject = {}, rack: JsonObject = {}) {
    const { bus, log } = this;
    const parts = {
      clock: systemClock,
      random: seededRandom(1),
      log,
      compile: createCompiler(),
      links: noLinks,
      drivers: noDriverFiles,
    };
    const rackOptions = { blocks: [{ id: 1 }], settlingMs: 20, measuringPeriodMs: 50, noiseV: 0, ...rack };
    this.#rack = hvKind.create(rackOptions, { ...parts, stream: bus.streamOf('hv') });
    bus.attach(this.#rack);
    this.connector = envelopeTcpKind.create(
      { port: 0, blocks: { '1': 'hv/1' }, ...options },
      { ...parts, name: 'online', bus },
    );
  }

  async start(): Promise<this> {
    await this.#rack.start();
    this.#listeners = await this.connector.start();
    return this;
  }

  get port(): number {
    return Number(new URL(this.#listeners[0]?.url ?? '').port);
  }

  /** Peers as the connector knows them. */
  get count(): number {
    return this.connector.peers().length;
  }

  async connect(): Promise<Socket> {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    socket.on('error', () => undefined);
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async client(): Promise<OnlineClient> {
    return new OnlineClient(await this.connect());
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#rack.stop();
    await this.connector.stop();
  }
}

/** Open files and sockets of this process. */
export const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Resolves when it is so; a test that waits in vain says what for. */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
